/**
 * Locks a token against concurrent changes. Whatever revokes or rotates a token first locks the token's user, then
 * reads the token. So two changes to one family run one after the other, and the second sees the first.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import { AccessToken } from "./access-token.entity.ts";

/** Where to look for a token: in a project, among a user's personal tokens or, without `user`, among all of them. */
export interface TokenPlace {
  readonly id: number;
  /** Null for a personal token. */
  readonly project: number | null;
  readonly user?: number;
}

/** Locks a token and returns it with its user; undefined when there is none in that place. */
export async function lockToken(em: SqlEntityManager, where: TokenPlace): Promise<AccessToken | undefined> {
  const [owner] = await em.execute<{ user_id: number }[]>("select user_id from access_tokens where id = ?", [where.id]);
  if (owner === undefined) return undefined;
  // If the user was deleted meanwhile, there is nothing to lock: the token is revoked by then.
  await lockUser(em, owner.user_id);
  return (await em.findOne(AccessToken, { ...where }, { populate: ["user"] })) ?? undefined;
}

/** Like {@link lockToken}, for a personal access token: the caller's own or, for administrators, anybody's. */
export function lockPersonalToken(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  tokenId: number,
): Promise<AccessToken | undefined> {
  return lockToken(em, {
    id: tokenId,
    project: null,
    ...(isAdministrator(caller) ? {} : { user: caller.userId }),
  });
}
