/** Creates a project access token: the bot user, its membership and the token, all or nothing. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { AccessLevelTooHighError, ForbiddenError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireFeature } from "../feature-flags/require-feature.ts";
import { Member } from "../members/member.entity.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, type AccessLevel } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { RepositoryRule } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import type { Project } from "../projects/project.entity.ts";
import { User } from "../users/user.entity.ts";
import { addToken, type CreatedProjectToken } from "./add-token.ts";
import { decideIpAllowList } from "./creator-addresses.ts";
import { requireScopesToCreate } from "./creator-scopes.ts";
import { creatorLimit, decideExpiry, instanceLimit } from "./expiry.ts";
import type { TokenServices } from "./token-services.ts";

/** The input of a new project access token. */
export interface CreateProjectTokenInput {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  readonly name: string;
  readonly description: string | null;
  readonly scopes: readonly TokenScope[];
  /** `YYYY-MM-DD`, or null for the instance's default. */
  readonly expiresAt: string | null;
  readonly accessLevel: AccessLevel;
  /** What of the project's repositories the token reaches; null: all. */
  readonly repositoryRules: readonly RepositoryRule[] | null;
  /** Where it is accepted from, as `readNetwork` writes it; null: everywhere, or what holds for the caller's own token. */
  readonly ipAllowList: readonly string[] | null;
}

/**
 * Creates a project access token.
 *
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is a bot, is below Maintainer, or asks for a level above their own
 * @throws FeatureDisabledError while the feature is off for the project
 * @throws ValidationError when the expiry date is out of bounds, or the token would be stronger than the caller's own
 * @see docs/spec/access-tokens.md "Creating"
 */
export function createProjectToken(
  services: TokenServices,
  input: CreateProjectTokenInput,
): Promise<CreatedProjectToken> {
  const { clock, tokenSettings } = services;
  return services.database.transaction(async (em) => {
    const { project, accessLevel } = await findProjectAtLevel(
      em,
      input.caller,
      input.project,
      ACCESS_LEVELS.maintainer,
    );
    if (input.caller.kind === "bot") throw new ForbiddenError("a bot user may not create access tokens");
    await requireFeature(em, "resource_access_token", project.id);
    if (input.accessLevel > accessLevel) {
      throw new AccessLevelTooHighError({ level: input.accessLevel, own: accessLevel, to: "bot" });
    }
    const now = clock.now();
    requireScopesToCreate(input.caller, input.scopes);
    const ipAllowList = decideIpAllowList(input.caller, input.ipAllowList);
    const limits = [...creatorLimit(input.caller), ...instanceLimit(tokenSettings.maxLifetimeDays, now)];
    const expiresAt = decideExpiry(input.expiresAt, now, limits);
    const bot = createBotUser(em, { project, name: input.name, createdById: input.caller.userId, now }, services);
    em.create(Member, {
      createdAt: now,
      user: bot,
      project,
      accessLevel: input.accessLevel,
      createdBy: input.caller.userId,
    });
    const { token, secret } = await addToken(em, services, {
      user: bot,
      project,
      name: input.name,
      description: input.description,
      scopes: input.scopes,
      repositoryRules: input.repositoryRules,
      ipAllowList,
      accessLevel: input.accessLevel,
      expiresAt,
      createdById: input.caller.userId,
      now,
    });
    const target = { type: "AccessToken", id: token.id, title: token.name } as const;
    await recordEvent(em, { by: input.caller, action: "created", target, projectId: project.id, at: now });
    return { token, secret, project };
  });
}

function createBotUser(
  em: SqlEntityManager,
  input: { project: Project; name: string; createdById: number; now: Date },
  { ids, tokenSettings }: TokenServices,
): User {
  const username = `project_${input.project.id}_bot_${ids.hex(8)}`;
  return em.create(User, {
    createdAt: input.now,
    username,
    name: input.name,
    email: `${username}@noreply.${tokenSettings.botEmailHost}`,
    userType: "project_bot",
    state: "active",
    admin: false,
    createdBy: input.createdById,
  });
}
