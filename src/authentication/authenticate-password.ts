/** Authenticates humans by username and password. */
import type { PreparedQuery } from "../database/database.ts";
import { type CredentialOwner, UnauthenticatedError } from "../errors.ts";
import type { BasicCredentials } from "../http/basic-credentials.ts";
import { networkOf, siteOf } from "../http/client-address.ts";
import type { PasswordPrincipal } from "../principals/principal.ts";
import { passwordFingerprint, passwordMatches } from "../users/password.ts";
import type { UserState } from "../users/user.entity.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { judgeHuman } from "./judge-human.ts";
import { FAILURE_STATE, type FailureState } from "./lockout.ts";
import type { Sender } from "./sender.ts";

interface HumanRow {
  user_id: number;
  username: string;
  password_digest: string | null;
  state: UserState;
  admin: boolean;
}

/** The human and the recent failures of the caller's network, in one round trip. Always returns one row. */
const FIND_HUMAN: PreparedQuery = {
  name: "find_human",
  text: `
    select f.failures, f.oldest, u.id as user_id, u.username, u.password_digest, u.state, u.admin
    from (${FAILURE_STATE}) f
    left join users u on u.username = $3 and u.user_type = 'human'`,
};

/**
 * Finds the human behind a username and a password.
 *
 * @throws UnauthenticatedError when they do not belong together; says no more, and takes as long when there is no such user
 * @throws TooManyFailuresError when too many wrong credentials came from the sender's address, or too many at once
 * @throws UnavailableError when too many passwords are being checked
 * @throws the signal's reason when the sender hung up before the check began
 */
export async function authenticatePassword(
  { database, lockout, passwordChecks, initialPassword }: AuthenticationServices,
  { username, password }: BasicCredentials,
  { address, signal }: Sender,
): Promise<PasswordPrincipal> {
  const network = networkOf(address);
  // 1. A locked network is refused before any costly work, whether the guess is right or not.
  lockout.refuseIfKnownLocked(network);
  // 2. One query. No username contains NUL, and PostgreSQL refuses it in a parameter.
  const values = [network, lockout.windowStart(), username.includes("\0") ? "" : username];
  const [found] = await database.query<FailureState & (HumanRow | Record<keyof HumanRow, null>)>(FIND_HUMAN, values);
  if (found !== undefined) lockout.refuseIfLocked(network, found);
  const row = found?.user_id == null ? undefined : found;
  const digest = row?.password_digest ?? undefined;
  const owner = row === undefined ? undefined : { userId: row.user_id, username: row.username };
  // 3. What was wrong for this account, as it is now, is wrong still: it costs no further comparison.
  const guess = JSON.stringify([username, password, digest, row?.state]);
  const refuseIfKnown = () => {
    lockout.refuseIfKnownLocked(network);
    if (lockout.hasFailed(network, guess)) throw wrongPassword(owner);
  };
  refuseIfKnown();
  const check = async (): Promise<PasswordPrincipal> => {
    // 4. Meanwhile the network may have been locked, or the same guess have failed.
    refuseIfKnown();
    // 5. The costly comparison, which takes as long when there is no such user.
    const matches = await passwordMatches(password, digest);
    // 6. No credential of a blocked user is accepted. The place in the queue is kept until the failure is counted.
    const human = row === undefined || !matches ? undefined : judgeHuman({ ...row, userId: row.user_id });
    if (human === undefined || digest === undefined) return await lockout.failed(wrongPassword(owner), address, guess);
    if (human.admin) initialPassword.used(human.userId);
    return { ...human, passwordFingerprint: passwordFingerprint(digest) };
  };
  return await passwordChecks.run(lineOf(address, found?.failures ?? 0), check, signal);
}

/** `owner`: the human of that name, if there is one. The name of none is nobody's, and may be a password in the wrong field. */
function wrongPassword(owner: CredentialOwner | undefined): UnauthenticatedError {
  return new UnauthenticatedError("wrong username or password", { owner });
}

/**
 * Where a check waits: networks take turns within their site, and sites with each other. All sites from which something
 * wrong came lately are one line together, so that many addresses that guess cannot hold up those that do not.
 */
export function lineOf(address: string, failures: number): readonly string[] {
  const line = [siteOf(address), networkOf(address)];
  return failures === 0 ? line : ["failed lately", ...line];
}
