/** Where access is explained: on a project's page, or on the one of no project in particular. What differs is here. */
import type { z } from "zod";
import { listTokens } from "../../access-tokens/list-tokens.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../../principals/access-level.ts";
import type { Choice } from "../parts/chips.ts";
import { openProject, projectFrame, projectParams } from "../project-page.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, PageLinks, Query } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";

/** How many tokens there are to choose from, the newest first: of any other, one asks from its own page. */
const MAXIMUM_TOKENS = 100;

/** A place of explaining, as one visitor sees it. */
export interface ExplainPlace {
  /** The project, and the visitor's level in it; undefined where it is no project's page. */
  readonly project: { readonly id: number; readonly path: string; readonly accessLevel: number } | undefined;
  /** The access tokens that may be asked about, by their numbers; undefined where only oneself and nobody may be. */
  readonly tokens: readonly Choice[] | undefined;
  readonly title: string;
  readonly about: string;
  readonly at: (query?: Query) => Href;
  frame(): Pick<ShownPage, "crumbs" | "side" | "above">;
}

/** A kind of place: the address of its page, and how one is opened. */
export interface ExplainPlaces {
  /** As the router writes it. */
  readonly path: string;
  readonly params: z.ZodObject;
  /** @throws NotFoundError when there is no such project for the visitor */
  open(visitor: SignedInVisitor, params: Readonly<Record<string, unknown>>): Promise<ExplainPlace>;
}

/** `/-/explain`, for whoever is signed in. @see docs/spec/web.md "Explain, connect, first run" */
export function explainAnywhere(links: PageLinks): ExplainPlaces {
  const place: ExplainPlace = {
    project: undefined,
    tokens: undefined,
    title: "Explain access",
    about: "What the registry lets you do with an image, or somebody who is not signed in, and why not more.",
    at: (query) => links.explain("anywhere", query),
    frame: () => ({ crumbs: [{ name: "Explain access" }] }),
  };
  return { path: "/-/explain", params: NOTHING, open: () => Promise.resolve(place) };
}

/** `/:project/-/explain`, for whoever is signed in and sees the project. @see docs/spec/web.md "Explain, connect, first run" */
export function explainProject(services: WebServices, links: PageLinks): ExplainPlaces {
  return {
    path: "/*project/-/explain",
    params: projectParams,
    async open({ principal }, params) {
      const access = await openProject(services, principal, projectParams.parse(params).project, NO_ACCESS);
      const { project, accessLevel } = access;
      const { path } = project.fullPath;
      return {
        project: { id: project.id, path, accessLevel },
        tokens: accessLevel < ACCESS_LEVELS.maintainer ? undefined : await tokenChoices(services, project.id),
        title: `Explain access · ${path}`,
        about: "What the registry lets somebody do with this project's images, and why not more.",
        at: (query) => links.explain({ project: path }, query),
        frame: () => projectFrame(access, links, "explain", { name: "Explain access" }),
      };
    },
  };
}

async function tokenChoices({ database, clock }: WebServices, projectId: number): Promise<Choice[]> {
  const newest = { orderBy: "id", direction: "desc" } as const;
  const page = { limit: MAXIMUM_TOKENS, offset: 0 };
  const [tokens] = await listTokens(database.em(), { project: projectId }, newest, page, clock.now());
  return tokens.map(({ id, name }) => ({ value: String(id), words: `${name} (${id})` }));
}
