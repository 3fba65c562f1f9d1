/** The images of a project, as one visitor may see them. */
import { z } from "zod";
import { findTokensOfBots } from "../../access-tokens/find-tokens-of-bots.ts";
import { NotFoundError } from "../../errors.ts";
import { TAG_PATTERN } from "../../images/image-name.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../../principals/access-level.ts";
import { isAdministrator, type Principal } from "../../principals/principal.ts";
import { isInProject } from "../../registry-access/grant-access.ts";
import { LEVEL_OF_ACTION } from "../../registry-access/policy.ts";
import { repositoryNameProblem } from "../../registry-access/requested-scope.ts";
import type { Person } from "../../users/person.ts";
import { type OpenedProject, openProject, projectParams, requireRole } from "../project-page.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";

/** The parameters of the pages of a repository, by its whole name. */
export const repositoryParams = projectParams.extend({
  repository: z.string().refine((name) => repositoryNameProblem(name) === undefined),
});

/** The parameters of the pages of a tag. */
export const tagParams = repositoryParams.extend({ tag: z.string().regex(TAG_PATTERN) });

/** A project whose images the visitor may see. */
export interface OpenedImages extends OpenedProject {
  /** Whether they are told who pushed and pulled. */
  readonly tellsWho: boolean;
  /** Whether they may have the registry checked. */
  readonly mayCheck: boolean;
}

/**
 * The project of a page about images, for those who may pull. Where its registry is off, nobody may, and the page says so.
 *
 * @throws NotFoundError when it does not exist or is hidden from the visitor, or the repository is not the project's
 * @throws ForbiddenError naming the role that is needed
 * @see docs/spec/web.md "Who sees what"
 */
export async function openImages(
  services: WebServices,
  visitor: Principal,
  { project, repository }: { readonly project: number | string; readonly repository?: string },
): Promise<OpenedImages> {
  const opened = await openProject(services, visitor, project, NO_ACCESS);
  const { fullPath, visibility, containerRegistryEnabled } = opened.project;
  const { accessLevel, allowed } = opened;
  if (!allowed.includes("pull") && visibility === "private")
    requireRole(accessLevel, LEVEL_OF_ACTION.pull, fullPath.path);
  if (repository !== undefined && (!containerRegistryEnabled || !isInProject(repository, fullPath.path)))
    throw new NotFoundError("Repository");
  return { ...opened, tellsWho: accessLevel >= ACCESS_LEVELS.reporter, mayCheck: isAdministrator(visitor) };
}

/** Where the tokens of some bots are shown, by the bots' ids, for those who may open them. */
export async function findTokenPages(
  { database }: WebServices,
  links: PageLinks,
  { project, accessLevel }: OpenedProject,
  people: readonly (Person | null | undefined)[],
): Promise<ReadonlyMap<number, Href>> {
  const bots = people.flatMap((person) => (person?.userType === "project_bot" ? [person.id] : []));
  if (accessLevel < ACCESS_LEVELS.maintainer || bots.length === 0) return new Map();
  const tokens = await findTokensOfBots(database.em(), project.id, bots);
  const { one } = links.accessTokens(project.fullPath.path);
  return new Map(Array.from(tokens, ([bot, token]) => [bot, one(token)]));
}
