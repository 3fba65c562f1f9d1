/** Revokes access tokens. The bot of a project access token is deleted with it; its records pass to the ghost user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { type DeleteUserServices, deleteUser, lockUser } from "../users/delete-user.ts";
import { AccessToken } from "./access-token.entity.ts";
import { findTokenProject, type ProjectTokenInput } from "./find-token-project.ts";
import { lockPersonalToken, lockToken } from "./lock-token.ts";
import { markRevoked } from "./mark-revoked.ts";

/** The services that revoking needs. */
export interface RevokeServices extends UseCaseServices, DeleteUserServices {}

/**
 * Revokes a project access token, in one transaction. The very next request with it is refused. All secrets of
 * its family end, its successor's and that of a predecessor in grace: who revokes what they saw in a list means the thing,
 * not the row.
 *
 * @throws NotFoundError when the caller does not see the project, or the project has no such token that lives
 * @throws ForbiddenError when the caller is below Maintainer, or is a bot and the token is not its own
 * @see docs/spec/access-tokens.md "Revoking"
 */
export function revokeProjectToken(services: RevokeServices, input: ProjectTokenInput): Promise<void> {
  const { database, clock } = services;
  return database.transaction(async (em) => {
    const { project } = await findTokenProject(em, input, "revoke");
    const token = await lockToken(em, { id: input.tokenId, project: project.id });
    if (token === undefined || !(await isAlive(em, token.family))) throw new NotFoundError("Project Access Token");
    await deleteUser(em, services, token.user.id, { by: input.caller, at: clock.now() });
  });
}

/**
 * Revokes a personal access token with all secrets of its family, as {@link revokeProjectToken} does: the caller's own or,
 * for administrators, anybody's.
 *
 * @throws NotFoundError when there is no such token, it is another's, or it is revoked already without a successor
 */
export function revokePersonalToken(
  { database, clock }: UseCaseServices,
  { caller, tokenId }: { caller: SignedInPrincipal; tokenId: number },
): Promise<void> {
  return database.transaction(async (em) => {
    const token = await lockPersonalToken(em, caller, tokenId);
    if (token === undefined || !(await isAlive(em, token.family))) throw new NotFoundError("Personal Access Token");
    await markRevoked(em, { family: token.family }, { by: caller, at: clock.now() });
  });
}

/**
 * Answers a leak: somebody presented a secret that was rotated away, so every token of its family is revoked. Does
 * nothing for a secret that was revoked without a successor.
 *
 * @see docs/spec/access-tokens.md "Rotating"
 */
export function revokeReusedFamily(services: RevokeServices, tokenId: number): Promise<void> {
  const { database, clock } = services;
  return database.transaction(async (em) => {
    const [used] = await em.execute<{ user_id: number; family: string; project_id: number | null }[]>(
      "select user_id, family, project_id from access_tokens where id = ?",
      [tokenId],
    );
    if (used === undefined || !(await lockUser(em, used.user_id))) return;
    if (!(await isAlive(em, used.family))) return;
    const authorship = { by: { userId: used.user_id, tokenId }, at: clock.now() };
    if (used.project_id === null) await markRevoked(em, { family: used.family }, authorship);
    else await deleteUser(em, services, used.user_id, authorship);
  });
}

/** Whether a family has a token that is not revoked: its current one, as none but that outlives another. Its user is locked. */
async function isAlive(em: SqlEntityManager, family: string): Promise<boolean> {
  return (await em.count(AccessToken, { family, revokedAt: null })) > 0;
}
