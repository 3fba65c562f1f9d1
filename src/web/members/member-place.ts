/** Where members are managed: in a project or in a group. The pages are the same; what differs between the two is here. */
import { z } from "zod";
import { findTokensOfBots } from "../../access-tokens/find-tokens-of-bots.ts";
import type { FoundPlace, MemberPlace } from "../../members/member-place.ts";
import { findNames } from "../../namespaces/find-names.ts";
import { findGroupAtLevel } from "../../namespaces/find-namespace.ts";
import { pathPrefixes } from "../../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../../principals/access-level.ts";
import { resourceId } from "../../schemas/fields.ts";
import { placeCrumbs } from "../place-crumbs.ts";
import { openProject, projectFrame, projectParams, requireRole } from "../project-page.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, MemberLinks, PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";

/** A place of members, as one visitor sees it. */
export interface ShownPlace {
  readonly kind: "project" | "group";
  /** As the use cases that change members name it. */
  readonly place: MemberPlace;
  readonly found: FoundPlace;
  readonly links: MemberLinks;
  frame(...rest: readonly string[]): Pick<ShownPage, "crumbs" | "side" | "above">;
  /** Where the tokens of bots are shown, by the bots' ids; of those whose tokens the visitor may not see, nothing. */
  tokensOf(botIds: readonly number[]): Promise<ReadonlyMap<number, Href>>;
}

/** A kind of place: the addresses of its pages, and how one is opened. */
export interface MemberPlaces {
  /** What the addresses of all its pages begin with, as the router writes it. */
  readonly base: string;
  readonly params: z.ZodObject;
  /** @throws NotFoundError, ForbiddenError when the visitor may not see the members */
  open(visitor: SignedInVisitor, params: Readonly<Record<string, unknown>>): Promise<ShownPlace>;
}

/** `/:project/-/project_members`, for Reporters. @see docs/spec/web.md "Who sees what" */
export function projectMembers(services: WebServices, links: PageLinks): MemberPlaces {
  return {
    base: "/*project/-/project_members",
    params: projectParams,
    async open({ principal }, params) {
      const access = await openProject(
        services,
        principal,
        projectParams.parse(params).project,
        ACCESS_LEVELS.reporter,
      );
      const { project, accessLevel } = access;
      const { path } = project.fullPath;
      const members = links.members("project", path);
      return {
        kind: "project",
        place: { project: project.id },
        found: { id: { project: project.id }, path, accessLevel },
        links: members,
        frame: (...rest) =>
          projectFrame(
            access,
            links,
            "project_members",
            { name: "Members", href: members.list() },
            ...rest.map((name) => ({ name })),
          ),
        async tokensOf(botIds) {
          if (accessLevel < ACCESS_LEVELS.maintainer) return new Map();
          const tokens = await findTokensOfBots(services.database.em(), project.id, botIds);
          const tokenLinks = links.accessTokens(path);
          return new Map(Array.from(tokens, ([botId, tokenId]) => [botId, tokenLinks.one(tokenId)]));
        },
      };
    },
  };
}

const groupParams = z.object({ group: resourceId });

/** `/groups/:path/-/group_members`, for Reporters. @see docs/spec/web.md "Who sees what" */
export function groupMembers({ database }: WebServices, links: PageLinks): MemberPlaces {
  return {
    base: "/groups/*group/-/group_members",
    params: groupParams,
    async open({ principal }, params) {
      const { group } = groupParams.parse(params);
      const { namespace, accessLevel } = await findGroupAtLevel(database.em(), principal, group, NO_ACCESS);
      const { path } = namespace.fullPath;
      requireRole(accessLevel, ACCESS_LEVELS.reporter, path);
      const names = await findNames(database.em(), principal, [path]);
      const members = links.members("group", path);
      return {
        kind: "group",
        place: { group: namespace.id },
        found: { id: { namespace: namespace.id }, path, accessLevel },
        links: members,
        frame: (...rest) => ({
          crumbs: [
            ...placeCrumbs(pathPrefixes(path), links, names.isKnown),
            { name: "Members", href: members.list() },
            ...rest.map((name) => ({ name })),
          ],
        }),
        // A bot is a member of its project alone.
        tokensOf: () => Promise.resolve(new Map()),
      };
    },
  };
}
