/**
 * Foresees what a token that does not exist yet will be able to do: the policy is asked about a principal that is made up
 * for it, as the token endpoint asks about a real one. No rule is repeated here; the words are in foreseen-words.ts.
 */
import { findTokenOwner, type TokensOf } from "../access-tokens/find-token-owner.ts";
import { pushWarning } from "../access-tokens/push-warning.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { Links } from "../links.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, type AccessLevel } from "../principals/access-level.ts";
import {
  type BotPrincipal,
  type SignedInPrincipal,
  type UserPrincipal,
  WITHOUT_ACCESS_TOKEN,
} from "../principals/principal.ts";
import { type RepositoryRule, RepositoryRules } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import type { Project } from "../projects/project.entity.ts";
import { findUser } from "../users/find-user.ts";
import { foreseeBot } from "./foresee-bot.ts";
import { foreseeHuman } from "./foresee-human.ts";
import type { ForeseenAccess } from "./foreseen-access.ts";

/** The services that foreseeing needs. */
export interface ForeseeServices extends Pick<UseCaseServices, "database"> {
  readonly links: Pick<Links, "image">;
}

/** A project access token that somebody is about to make. */
export interface ForeseenProjectToken {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  readonly scopes: readonly TokenScope[];
  readonly accessLevel: AccessLevel;
  /** Null: all repositories. */
  readonly repositoryRules: readonly RepositoryRule[] | null;
}

/**
 * What a project access token will be able to do.
 *
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is below Maintainer
 * @see docs/spec/registry-auth.md "Who may do what"
 */
export async function foreseeProjectToken(
  { database, links }: ForeseeServices,
  { caller, project: projectId, ...token }: ForeseenProjectToken,
): Promise<ForeseenAccess> {
  const { project } = await findProjectAtLevel(database.em(), caller, projectId, ACCESS_LEVELS.maintainer);
  const bot = botOf(project, token);
  return {
    ...foreseeBot(bot, links.image(bot.project.path)),
    warning: pushWarning(token, project.visibility),
  };
}

/**
 * What a personal access token will be able to do: the caller's own or, for administrators, anybody's.
 *
 * @throws ForbiddenError when the caller is a bot, or names another without being an administrator
 * @throws NotFoundError when there is no such user
 */
export async function foreseePersonalToken(
  { database }: Pick<ForeseeServices, "database">,
  { caller, user, scopes }: Extract<TokensOf, { user: unknown }> & Pick<ForeseenProjectToken, "caller" | "scopes">,
): Promise<ForeseenAccess> {
  const em = database.em();
  const owner = await findTokenOwner(em, caller, { user });
  const { id, username, admin } = await findUser(em, owner.kind === "human" ? owner.userId : caller.userId);
  const human: UserPrincipal = {
    ...{ kind: "user", userId: id, username, admin, scopes: new Set(scopes) },
    ...WITHOUT_ACCESS_TOKEN,
  };
  return foreseeHuman(human, id === caller.userId);
}

/** The bot that a token of a project's will have, as far as the policy asks. It has no number yet. */
export function botOf(
  { id, fullPath, visibility, containerRegistryEnabled }: Project,
  { scopes, accessLevel, repositoryRules }: Omit<ForeseenProjectToken, "caller" | "project">,
): BotPrincipal {
  return {
    ...{ kind: "bot", userId: 0, username: "", scopes: new Set(scopes) },
    ...WITHOUT_ACCESS_TOKEN,
    tokenId: 0,
    repositoryRules: repositoryRules === null ? undefined : new RepositoryRules(repositoryRules),
    project: { id, path: fullPath.path, visibility, containerRegistryEnabled, accessLevel },
  };
}
