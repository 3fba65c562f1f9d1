/** Says whether a token was used yet, and by whom: what a page asks again and again after it was made. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findTokenOwner, nameOfTokens, ownedBy, type TokensOf } from "./find-token-owner.ts";

/** The last use of a token that was just made, which is its first as long as it was used once. */
export interface FirstUse {
  readonly createdAt: Date;
  /** Null: not used yet. It is written within some 5 s of the use. */
  readonly lastUsedAt: Date | null;
  /** What the client calls itself: shown to people, never trusted. */
  readonly client: string | null;
  readonly address: string | null;
}

interface Row {
  readonly created_at: Date | string;
  readonly last_used_at: Date | string | null;
  readonly client: string | null;
  readonly address: string | null;
}

/**
 * Whether a token was used yet.
 *
 * @throws NotFoundError when the caller does not see the project, or the owner has no such token
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal token without being an administrator
 * @see docs/spec/access-tokens.md "Last use"
 */
export async function findFirstUse(
  { database }: Pick<UseCaseServices, "database">,
  { caller, of, tokenId }: { readonly caller: SignedInPrincipal; readonly of: TokensOf; readonly tokenId: number },
): Promise<FirstUse> {
  const em = database.em();
  const owner = await findTokenOwner(em, caller, of);
  const [owned, ...ownerIds] = ownedBy(owner);
  const [row] = await em.execute<Row[]>(
    `select t.created_at, t.last_used_at, t.last_used_client as client, t.last_used_ips[1] as address
     from access_tokens t where t.id = ? and ${owned}`,
    [tokenId, ...ownerIds],
  );
  if (row === undefined) throw new NotFoundError(nameOfTokens(owner));
  return {
    createdAt: new Date(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at),
    client: row.client,
    address: row.address,
  };
}
