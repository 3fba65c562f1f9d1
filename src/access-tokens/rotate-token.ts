/** Rotates access tokens: a new token for the same user takes the place of the old one, which ends at once or after a grace. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { AlreadyRevokedError, ConflictError, NotFoundError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireFeature } from "../feature-flags/require-feature.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { AccessToken } from "./access-token.entity.ts";
import { addToken, type CreatedProjectToken, type CreatedToken } from "./add-token.ts";
import { requireAddressesToRotate } from "./creator-addresses.ts";
import { requireScopesToRotate } from "./creator-scopes.ts";
import { creatorLimit, decideExpiry, decideRotatedExpiry, instanceLimit, ownLimit } from "./expiry.ts";
import { findTokenProject, lockProjectToken, type ProjectTokenInput } from "./find-token-project.ts";
import { decideRetirement, isGraceOver, requireNotInGrace } from "./grace.ts";
import { lockPersonalToken } from "./lock-token.ts";
import { markRevoked } from "./mark-revoked.ts";
import { findPredecessor } from "./retire-predecessor.ts";
import type { TokenServices } from "./token-services.ts";

/** The input for rotating a project access token. */
export interface RotateProjectTokenInput extends ProjectTokenInput {
  /**
   * `YYYY-MM-DD`; undefined for a week from now, or what is allowed where that is less. Null is the same, but lets a token
   * that rotates itself and has no end go on without one.
   */
  readonly expiresAt: string | null | undefined;
  /** For how many seconds the old secret works on, 30 days at most; 0: it is dead at once, and so is one that is in grace. */
  readonly graceSeconds: number;
}

/**
 * Rotates a project access token. An expired one can be rotated, a revoked one cannot.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is below Maintainer or the token's level, or a bot and the token not its own, or
 *   the caller's own token lacks one of the token's scopes, or is not accepted from where the token is
 * @throws FeatureDisabledError while the feature is off for the project
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ConflictError when the token, or the caller's own, is in grace; or when its predecessor is, and a grace is asked for
 * @throws ValidationError when the expiry date is out of bounds
 * @see docs/spec/access-tokens.md "Rotating"
 */
export function rotateProjectToken(
  services: TokenServices,
  input: RotateProjectTokenInput,
): Promise<CreatedProjectToken> {
  return services.database.transaction(async (em) => {
    requireNotInGrace(input.caller);
    const found = await findTokenProject(em, input, "rotate");
    const { project } = found;
    await requireFeature(em, "resource_access_token", project.id);
    const token = await lockProjectToken(em, found, input.tokenId);
    return { ...(await replace(em, services, token, input)), project };
  });
}

/**
 * Rotates a personal access token: the caller's own or, for administrators, anybody's.
 *
 * @throws NotFoundError when there is no such token, or it belongs to another user
 * @throws ForbiddenError when it is another token than the caller's, whose scopes that one lacks, or that is accepted from
 *   elsewhere
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ConflictError when the token, or the caller's own, is in grace; or when its predecessor is, and a grace is asked for
 * @throws ValidationError when the expiry date is out of bounds
 */
export function rotatePersonalToken(
  services: TokenServices,
  input: Omit<RotateProjectTokenInput, "project">,
): Promise<CreatedToken> {
  return services.database.transaction(async (em) => {
    requireNotInGrace(input.caller);
    const token = await lockPersonalToken(em, input.caller, input.tokenId);
    if (token === undefined) throw new NotFoundError("Personal Access Token");
    return await replace(em, services, token, input);
  });
}

/** Ends the old token before adding the new one: a unique index allows a current one in a family, and one in grace. */
async function replace(
  em: SqlEntityManager,
  services: TokenServices,
  old: AccessToken,
  { caller: by, expiresAt: requestedExpiry, graceSeconds }: Omit<RotateProjectTokenInput, "project">,
): Promise<CreatedToken> {
  const now = services.clock.now();
  requireCurrent(old, now);
  if (by.tokenId !== old.id) {
    requireScopesToRotate(by, old.scopes);
    requireAddressesToRotate(by, old.ipAllowList ?? null);
  }
  const expiresAt = decideEnd(old, by, requestedExpiry, now, services.tokenSettings.maxLifetimeDays);
  await endPredecessor(em, old, { by, now, graceSeconds });
  const retiresAt = decideRetirement(graceSeconds, now, [old.expiresAt ?? null, expiresAt]);
  const end = retiresAt === null ? { revokedAt: now, revokedBy: by.userId } : { retiresAt };
  await em.nativeUpdate(AccessToken, { id: old.id }, end);
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

/** One that was rotated already has a successor, which alone is rotated on. */
function requireCurrent({ id, revokedAt, retiresAt }: AccessToken, now: Date): void {
  if (revokedAt != null || isGraceOver(retiresAt, now)) throw new AlreadyRevokedError();
  if (retiresAt == null) return;
  throw new ConflictError(
    `token ${id} was rotated already, and works until ${retiresAt.toISOString()}: rotate the new one, or end this one by retire_predecessor`,
  );
}

/** There is never a third secret: who asks for a grace must end the one that goes on; without one, all before ends. */
async function endPredecessor(
  em: SqlEntityManager,
  { family }: AccessToken,
  { by, now, graceSeconds }: { by: SignedInPrincipal; now: Date; graceSeconds: number },
): Promise<void> {
  const predecessor = await findPredecessor(em, family);
  if (predecessor?.retiresAt == null) return;
  if (graceSeconds > 0 && !isGraceOver(predecessor.retiresAt, now)) {
    throw new ConflictError(
      `its predecessor, token ${predecessor.id}, works until ${predecessor.retiresAt.toISOString()}, and there is never a ` +
        "third secret: end it by retire_predecessor, or rotate without grace_period, which ends it too",
    );
  }
  await markRevoked(em, { tokenIds: [predecessor.id] }, { by, at: now }, "retired");
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
