/** Where events are listed: of a project, or of the whole instance. The pages are the same; what differs is here. */
import type { z } from "zod";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { adminFrame } from "../admin/admin-menu.ts";
import { openProject, projectFrame, projectParams } from "../project-page.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { ActivityLinks, PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";

/** A place of events, as one visitor sees it. */
export interface ActivityPlace {
  readonly kind: "project" | "instance";
  /** Whose events are listed; undefined: the whole instance's. */
  readonly projectId: number | undefined;
  readonly links: ActivityLinks;
  /** Of the document. */
  readonly title: string;
  readonly heading: string;
  readonly about: string;
  /** What the names of downloads begin with. */
  readonly filename: string;
  frame(): Pick<ShownPage, "crumbs" | "side" | "above">;
}

/** A kind of place: the addresses of its pages, who may open them, and how one is opened. */
export interface ActivityPlaces {
  /** What the addresses of all its pages begin with, as the router writes it. */
  readonly base: string;
  readonly access: "signed_in" | "administrator";
  readonly params: z.ZodObject;
  /** @throws NotFoundError, ForbiddenError when the visitor may not see the events */
  open(visitor: SignedInVisitor, params: Readonly<Record<string, unknown>>): Promise<ActivityPlace>;
}

/** `/:project/-/activity`, for Reporters. @see docs/spec/web.md "Who sees what" */
export function projectActivity(services: WebServices, links: PageLinks): ActivityPlaces {
  return {
    base: "/*project/-/activity",
    access: "signed_in",
    params: projectParams,
    async open({ principal }, params) {
      const access = await openProject(
        services,
        principal,
        projectParams.parse(params).project,
        ACCESS_LEVELS.reporter,
      );
      const { id, fullPath } = access.project;
      return {
        kind: "project",
        projectId: id,
        links: links.activity({ project: fullPath.path }),
        title: `Activity · ${fullPath.path}`,
        heading: "Activity",
        about: "What people and bots did in the project, and what registries reported of its images.",
        filename: `${fullPath.path.replaceAll("/", "-")}-activity`,
        frame: () => projectFrame(access, links, "activity", { name: "Activity" }),
      };
    },
  };
}

/** `/admin/audit`, for administrators. @see docs/spec/web.md "Pages" */
export function instanceActivity(links: PageLinks): ActivityPlaces {
  const place: ActivityPlace = {
    kind: "instance",
    projectId: undefined,
    links: links.activity("instance"),
    title: "Audit",
    heading: "Audit",
    about: "What anybody did in the whole instance, and what registries reported.",
    filename: "audit",
    frame: () => adminFrame(links, "audit", { name: "Audit" }),
  };
  return { base: "/admin/audit", access: "administrator", params: NOTHING, open: () => Promise.resolve(place) };
}
