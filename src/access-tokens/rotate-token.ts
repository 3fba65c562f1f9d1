/** Rotates access tokens: the old secret is revoked, and a new token for the same user takes its place. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { AlreadyRevokedError, ForbiddenError, NotFoundError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireFeature } from "../feature-flags/require-feature.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { AccessToken } from "./access-token.entity.ts";
import { addToken, type CreatedProjectToken, type CreatedToken } from "./add-token.ts";
import { requireAddressesToRotate } from "./creator-addresses.ts";
import { requireScopesToRotate } from "./creator-scopes.ts";
import { creatorLimit, decideExpiry, decideRotatedExpiry, instanceLimit, ownLimit } from "./expiry.ts";
import { findTokenProject, type ProjectTokenInput } from "./find-token-project.ts";
import { lockPersonalToken, lockToken } from "./lock-token.ts";
import type { TokenServices } from "./token-services.ts";

/** The input for rotating a project access token. */
export interface RotateProjectTokenInput extends ProjectTokenInput {
  /**
   * `YYYY-MM-DD`; undefined for a week from now, or what is allowed where that is less. Null is the same, but lets a token
   * that rotates itself and has no end go on without one.
   */
  readonly expiresAt: string | null | undefined;
}

/**
 * Rotates a project access token. An expired one can be rotated, a revoked one cannot.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is below Maintainer or the token's level, or a bot and the token not its own, or
 *   the caller's own token lacks one of the token's scopes, or is not accepted from where the token is
 * @throws FeatureDisabledError while the feature is off for the project
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ValidationError when the expiry date is out of bounds
 * @see docs/spec/access-tokens.md "Rotating"
 */
export function rotateProjectToken(
  services: TokenServices,
  input: RotateProjectTokenInput,
): Promise<CreatedProjectToken> {
  return services.database.transaction(async (em) => {
    const { project, accessLevel, isSelf } = await findTokenProject(em, input, "rotate");
    await requireFeature(em, "resource_access_token", project.id);
    const token = await lockToken(em, { id: input.tokenId, project: project.id });
    if (token === undefined) throw new NotFoundError("Project Access Token");
    if (!isSelf && (token.accessLevel ?? NO_ACCESS) > accessLevel) {
      throw new ForbiddenError(
        `the token's access level is ${token.accessLevel}, above your own in this project, which is ${accessLevel}`,
      );
    }
    return { ...(await replace(em, services, token, input.caller, input.expiresAt)), project };
  });
}

/**
 * Rotates a personal access token: the caller's own or, for administrators, anybody's.
 *
 * @throws NotFoundError when there is no such token, or it belongs to another user
 * @throws ForbiddenError when it is another token than the caller's, whose scopes that one lacks, or that is accepted from
 *   elsewhere
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ValidationError when the expiry date is out of bounds
 */
export function rotatePersonalToken(
  services: TokenServices,
  { caller, tokenId, expiresAt }: Omit<RotateProjectTokenInput, "project">,
): Promise<CreatedToken> {
  return services.database.transaction(async (em) => {
    const token = await lockPersonalToken(em, caller, tokenId);
    if (token === undefined) throw new NotFoundError("Personal Access Token");
    return await replace(em, services, token, caller, expiresAt);
  });
}

/** Revokes the old token before adding the new one: a unique index allows one unrevoked token in a family. */
async function replace(
  em: SqlEntityManager,
  services: TokenServices,
  old: AccessToken,
  by: SignedInPrincipal,
  requestedExpiry: string | null | undefined,
): Promise<CreatedToken> {
  if (old.revokedAt != null) throw new AlreadyRevokedError();
  if (by.tokenId !== old.id) {
    requireScopesToRotate(by, old.scopes);
    requireAddressesToRotate(by, old.ipAllowList ?? null);
  }
  const now = services.clock.now();
  const expiresAt = decideEnd(old, by, requestedExpiry, now, services.tokenSettings.maxLifetimeDays);
  await em.nativeUpdate(AccessToken, { id: old.id }, { revokedAt: now, revokedBy: by.userId });
  const created = await addToken(em, services, {
    user: old.user.id,
    project: old.project?.id ?? null,
    name: old.name,
    description: old.description ?? null,
    scopes: old.scopes,
    repositoryRules: old.repositoryRules ?? null,
    ipAllowList: old.ipAllowList ?? null,
    accessLevel: old.accessLevel ?? null,
    expiresAt,
    createdById: by.userId,
    predecessor: old,
    now,
  });
  const target = { type: "AccessToken", id: created.token.id, title: created.token.name } as const;
  await recordEvent(em, { by, action: "rotated", target, projectId: old.project?.id ?? null, at: now });
  return created;
}

/** A token that rotates itself lives no longer than it did; one that another rotates ends no later than that other. */
function decideEnd(
  old: AccessToken,
  by: SignedInPrincipal,
  requested: string | null | undefined,
  now: Date,
  maxLifetimeDays: number | undefined,
): string | null {
  const isSelf = by.tokenId === old.id;
  const limits = [...(isSelf ? ownLimit(old, now) : creatorLimit(by)), ...instanceLimit(maxLifetimeDays, now)];
  if (isSelf && requested === null && old.expiresAt == null) return decideExpiry(null, now, limits);
  return decideRotatedExpiry(requested ?? null, now, limits);
}
