/** Signs people in to the pages below the pages: as the web door does, without a browser. */

import type { StartedWebSession } from "../../src/authentication/add-web-session.ts";
import { authenticateWebSession, type SignedInSession } from "../../src/authentication/authenticate-web-session.ts";
import { createSignInLink } from "../../src/authentication/create-sign-in-link.ts";
import type { Sender } from "../../src/authentication/sender.ts";
import type { SignInLinkKind } from "../../src/authentication/sign-in-link.entity.ts";
import { signInWithPassword } from "../../src/authentication/sign-in-with-password.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../src/principals/principal.ts";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { User } from "../../src/users/user.entity.ts";
import type { TestService } from "./service.ts";

/** Firefox on Linux, as it calls itself. */
export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** Somebody with Firefox on Linux, at an address. */
export function browserAt(address = "10.4.2.17", client: string | undefined = FIREFOX): Sender {
  return { address, client, signal: new AbortController().signal };
}

/** Signs a human in with their password. */
export function signIn(
  { container }: TestService,
  { username, password }: { username: string; password: string },
  { sender = browserAt(), replaces }: { sender?: Sender; replaces?: number } = {},
): Promise<StartedWebSession> {
  return signInWithPassword(container, { username, password, sender, replaces });
}

/** Whom a cookie signs in; undefined: nobody. */
export function whoIs(
  { container }: TestService,
  secret: string,
  address?: string,
): Promise<SignedInSession | undefined> {
  return authenticateWebSession(container, secret, browserAt(address));
}

/**
 * Whom a cookie signs in.
 *
 * @throws Error when it is nobody
 */
export async function mustBeSignedIn(service: TestService, secret: string): Promise<SignedInSession> {
  const session = await whoIs(service, secret);
  if (session === undefined) throw new Error("nobody is signed in by this cookie");
  return session;
}

/** A link that root makes for a user; answers its secret. */
export async function linkFor(
  { container }: TestService,
  userId: number,
  kind: SignInLinkKind = "sign_in",
): Promise<string> {
  const { id } = await container.database.em().findOneOrFail(User, { username: "root" });
  const rights = { admin: true, scopes: new Set(TOKEN_SCOPES), ...WITHOUT_ACCESS_TOKEN };
  const caller = { kind: "user", userId: id, username: "root", ...rights } as const;
  return (await createSignInLink(container, { caller, userId, kind })).secret;
}

/** What a user did about sessions and links, oldest first, as `signed_in Firefox on Linux, 10.4.2.17`. */
export async function sessionEvents({ container }: TestService, userId: number): Promise<string[]> {
  const rows = await container.database.em().execute<{ text: string }[]>(
    `select action || ' ' || target_title as text from events
     where author_id = ? and target_type in ('Session', 'SignInLink') order by id`,
    [userId],
  );
  return rows.map(({ text }) => text);
}
