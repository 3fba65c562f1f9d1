/** Authenticates by SSH key: finds the human or bot behind a public key. Two queries at most; no writes. */
import type { PreparedQuery } from "../database/database.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { fingerprintOf } from "../ssh-keys/parse-public-key.ts";
import { withLimits } from "./authenticate-access-token.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { findTokenById } from "./find-access-tokens.ts";
import { judgeSshKey, type KnownSshKey, type SshKeyRow, unknownSshKey } from "./judge-ssh-key.ts";
import type { Sender } from "./sender.ts";

/** The services that it needs. */
export type SshKeyServices = Pick<
  AuthenticationServices,
  "database" | "clock" | "repositoryRules" | "allowLists" | "lastUse" | "sshKeyLastUse"
>;

/** A public key as a client sends it: anybody may, since it is public. */
export interface PresentedSshKey {
  /** As SSH names it. */
  readonly type: string;
  readonly bytes: Buffer;
}

const FIND_SSH_KEY: PreparedQuery = {
  name: "find_ssh_key",
  text: `
    select k.id, k.key, k.expires_at::text as expires_at, k.access_token_id,
      u.id as user_id, u.username, u.user_type, u.state, u.admin
    from ssh_keys k join users u on u.id = k.user_id
    where k.fingerprint_sha256 = $1`,
};

/**
 * Finds the principal behind a key whose private half the client has: it has signed with it, and that is verified. Notes the
 * use, of its access token too.
 *
 * @throws UnauthenticatedError when the key is not known, or its user is blocked
 * @throws InvalidTokenError when it is expired, or its access token is not good here and now
 */
export async function authenticateSshKey(
  services: SshKeyServices,
  key: PresentedSshKey,
  sender: Pick<Sender, "address" | "client">,
): Promise<SignedInPrincipal> {
  const { keyId, principal } = await identifySshKey(services, key, sender);
  services.sshKeyLastUse.used(keyId);
  if (principal.tokenId !== null) services.lastUse.used(principal.tokenId, [], sender);
  return principal;
}

/**
 * Whom a key stands for. Whoever merely offers it is not that one yet, and is to be told no more than that it would be accepted.
 *
 * @throws as {@link authenticateSshKey}
 */
export async function identifySshKey(
  services: SshKeyServices,
  key: PresentedSshKey,
  { address }: Pick<Sender, "address">,
): Promise<{ readonly keyId: number; readonly principal: SignedInPrincipal }> {
  const known = await findSshKey(services, key);
  if (known === undefined) throw unknownSshKey();
  return { keyId: known.row.id, principal: judgeSshKey(known, { now: services.clock.now(), address }) };
}

async function findSshKey(
  services: SshKeyServices,
  { type, bytes }: PresentedSshKey,
): Promise<KnownSshKey | undefined> {
  const { database } = services;
  const [row] = await database.query<SshKeyRow>(FIND_SSH_KEY, [fingerprintOf(bytes)]);
  // The index found the row; the key itself decides.
  if (row?.key !== `${type} ${bytes.toString("base64")}`) return undefined;
  const tokenId = row.access_token_id;
  const token = tokenId === null ? undefined : await findTokenById(database, tokenId);
  return { row, token: token && (await withLimits(services, token)) };
}
