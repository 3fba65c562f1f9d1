/** Rotates access tokens: the old secret is revoked, and a new token for the same user takes its place. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, utcDate } from "../clock.ts";
import { AlreadyRevokedError, ForbiddenError, NotFoundError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireFeature } from "../feature-flags/require-feature.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Actor } from "../principals/principal.ts";
import { AccessToken } from "./access-token.entity.ts";
import { addToken, type CreatedProjectToken, type CreatedToken } from "./add-token.ts";
import { decideExpiry } from "./expiry.ts";
import { findTokenProject, type ProjectTokenInput } from "./find-token-project.ts";
import { lockPersonalToken, lockToken } from "./lock-token.ts";
import type { TokenServices } from "./token-services.ts";

/** How long a rotated token lives by default: a week, as GitLab has it. */
const DEFAULT_LIFETIME_DAYS = 7;

/** The input for rotating a project access token. */
export interface RotateProjectTokenInput extends ProjectTokenInput {
  /** `YYYY-MM-DD`; null for a week from now, or the instance's maximum where that is less. */
  readonly expiresAt: string | null;
}

/**
 * Rotates a project access token. An expired one can be rotated, a revoked one cannot.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is below Maintainer or the token's level, or a bot and the token not its own
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
  by: Actor,
  requestedExpiry: string | null,
): Promise<CreatedToken> {
  if (old.revokedAt != null) throw new AlreadyRevokedError();
  const now = services.clock.now();
  const expiresAt = decideRotatedExpiry(requestedExpiry, now, services.tokenSettings.maxLifetimeDays);
  await em.nativeUpdate(AccessToken, { id: old.id }, { revokedAt: now, revokedBy: by.userId });
  const created = await addToken(em, services, {
    user: old.user.id,
    project: old.project?.id ?? null,
    name: old.name,
    description: old.description ?? null,
    scopes: old.scopes,
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

function decideRotatedExpiry(requested: string | null, now: Date, maxLifetimeDays: number | undefined): string | null {
  const days = Math.min(DEFAULT_LIFETIME_DAYS, maxLifetimeDays ?? DEFAULT_LIFETIME_DAYS);
  return decideExpiry(requested ?? addDays(utcDate(now), days), now, maxLifetimeDays);
}
