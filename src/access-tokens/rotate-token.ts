/** Rotates access tokens: the old secret dies, and a new token for the same user takes its place. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, utcDate } from "../clock.ts";
import { AlreadyRevokedError, ForbiddenError, NotFoundError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireFeature } from "../feature-flags/require-feature.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Actor, SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel, type Reference } from "../projects/find-project.ts";
import { AccessToken } from "./access-token.entity.ts";
import type { CreatedToken, TokenServices } from "./create-project-token.ts";
import { decideExpiry } from "./expiry.ts";
import { lockToken } from "./lock-token.ts";
import { digestSecret, lastFour, makeSecret } from "./secret.ts";

/** How long a rotated token lives when nobody says, in days: GitLab's week. */
const DEFAULT_LIFETIME_DAYS = 7;

/** Which token of a project is rotated by whom. */
export interface RotateProjectTokenInput {
  readonly caller: SignedInPrincipal;
  readonly project: Reference;
  readonly tokenId: number;
  /** `YYYY-MM-DD`; null for a week from now, or less where the instance allows less. */
  readonly expiresAt: string | null;
}

/**
 * Rotates a project access token. An expired one can be rotated, a revoked one cannot.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is no Maintainer, is below the token's level, or is a bot and the token not its own
 * @throws FeatureDisabledError while the feature is off for the project
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ValidationError when the expiry date is out of bounds
 * @see spec/access-tokens.md "Rotating"
 */
export function rotateProjectToken(services: TokenServices, input: RotateProjectTokenInput): Promise<CreatedToken> {
  const { caller, tokenId } = input;
  return services.database.transaction(async (em) => {
    const isSelf = caller.kind === "bot" && caller.tokenId === tokenId;
    const level = isSelf ? NO_ACCESS : ACCESS_LEVELS.maintainer;
    const { thing: project, accessLevel } = await findProjectAtLevel(em, caller, input.project, level);
    if (caller.kind === "bot" && !isSelf) {
      throw new ForbiddenError("a bot user may rotate no access token but its own");
    }
    await requireFeature(em, "resource_access_token", project.id);
    const token = await lockToken(em, { id: tokenId, project: project.id });
    if (token === undefined) throw new NotFoundError("Project Access Token");
    if (!isSelf && (token.accessLevel ?? NO_ACCESS) > accessLevel) {
      throw new ForbiddenError(
        `the token's access level is ${token.accessLevel}, above your own in this project, which is ${accessLevel}`,
      );
    }
    return { ...(await replace(em, services, token, caller, input.expiresAt)), project };
  });
}

/**
 * Rotates a personal access token: one's own, or, as an administrator, anybody's.
 *
 * @throws NotFoundError when there is no such token, or it is another's
 * @throws AlreadyRevokedError when the token is revoked or was rotated already
 * @throws ValidationError when the expiry date is out of bounds
 */
export function rotatePersonalToken(
  services: TokenServices,
  { caller, tokenId, expiresAt }: Omit<RotateProjectTokenInput, "project">,
): Promise<Omit<CreatedToken, "project">> {
  return services.database.transaction(async (em) => {
    const mayAny = caller.kind === "user" && caller.admin;
    const place = { id: tokenId, project: null, ...(mayAny ? {} : { user: caller.userId }) };
    const token = await lockToken(em, place);
    if (token === undefined) throw new NotFoundError("Personal Access Token");
    return await replace(em, services, token, caller, expiresAt);
  });
}

/** Kills the old secret before the new one is there: the database allows a family no two that live. */
async function replace(
  em: SqlEntityManager,
  { clock, ids, tokenSettings }: TokenServices,
  old: AccessToken,
  by: Actor,
  requestedExpiry: string | null,
): Promise<Omit<CreatedToken, "project">> {
  if (old.revokedAt != null) throw new AlreadyRevokedError();
  const now = clock.now();
  const expiresAt = decideRotatedExpiry(requestedExpiry, now, tokenSettings.maxLifetimeDays);
  await em.nativeUpdate(AccessToken, { id: old.id }, { revokedAt: now, revokedBy: by.userId });
  const secret = makeSecret(tokenSettings.prefix, ids);
  const token = em.create(AccessToken, {
    createdAt: now,
    user: old.user,
    project: old.project ?? null,
    name: old.name,
    description: old.description ?? null,
    scopes: old.scopes,
    accessLevel: old.accessLevel ?? null,
    digest: digestSecret(secret),
    lastFour: lastFour(secret),
    expiresAt,
    createdBy: by.userId,
    family: old.family,
    predecessor: old,
  });
  await em.flush();
  const target = { type: "AccessToken", id: token.id, title: token.name } as const;
  await recordEvent(em, { by, action: "rotated", target, projectId: old.project?.id ?? null, at: now });
  return { token, secret };
}

function decideRotatedExpiry(requested: string | null, now: Date, maxLifetimeDays: number | undefined): string | null {
  const days = Math.min(DEFAULT_LIFETIME_DAYS, maxLifetimeDays ?? DEFAULT_LIFETIME_DAYS);
  return decideExpiry(requested ?? addDays(utcDate(now), days), now, maxLifetimeDays);
}
