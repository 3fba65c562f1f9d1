/** Finds sign-in links by the secrets in their addresses. Burns nothing: programs look at links before people do. */
import { digestSecret, digestsEqual } from "../access-tokens/secret.ts";
import type { PreparedQuery } from "../database/database.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";
import type { SignInLinkKind } from "./sign-in-link.entity.ts";
import { isWebSecret } from "./web-secret.ts";

/** A link that can be used now. */
export interface FoundSignInLink {
  readonly kind: SignInLinkKind;
  readonly userId: number;
  readonly username: string;
  /** The display name. */
  readonly name: string;
}

interface LinkRow extends FoundSignInLink {
  readonly digest: string;
}

/** A link is worth what its maker may do: one that a former administrator made lets nobody in. */
const FIND_SIGN_IN_LINK: PreparedQuery = {
  name: "find_sign_in_link",
  text: `
    select l.kind, l.digest, u.id as "userId", u.username, u.name
    from sign_in_links l join users u on u.id = l.user_id join users maker on maker.id = l.created_by_id
    where l.digest = $1 and l.expires_at > $2 and u.state = 'active' and maker.state = 'active' and maker.admin`,
};

/**
 * What a link is for: whose, and of which kind. Undefined when it is not known, was used or has ended; it counts as any wrong
 * credential, unless it could never have been a link.
 *
 * @throws TooManyFailuresError in place of undefined, when too many wrong credentials came from the address
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function findSignInLink(
  services: Pick<AuthenticationServices, "database" | "clock" | "lockout">,
  secret: string,
  { address }: Pick<Sender, "address">,
): Promise<FoundSignInLink | undefined> {
  if (!isWebSecret(secret)) return undefined;
  const digest = digestSecret(secret);
  const [row] = await services.database.query<LinkRow>(FIND_SIGN_IN_LINK, [digest, services.clock.now()]);
  if (row === undefined || !digestsEqual(row.digest, digest)) {
    await services.lockout.recordFailure(address, secret);
    return undefined;
  }
  const { kind, userId, username, name } = row;
  return { kind, userId, username, name };
}
