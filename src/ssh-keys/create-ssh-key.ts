/** Adds SSH keys: to a human, or to the access token of the request. */
import { creatorLimit, decideExpiry, instanceLimit } from "../access-tokens/expiry.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import { violatesUnique } from "../database/database-errors.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError, RuleRefusedError, TakenError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import { makeRoomForKey } from "./end-ssh-keys.ts";
import { decideKeyToken } from "./key-strength.ts";
import type { PublicKey } from "./parse-public-key.ts";
import { SshKey } from "./ssh-key.entity.ts";

/** How many keys a user may have: more than anybody has machines. */
const MAXIMUM_OF_USER = 100;

/** The services that adding a key needs. */
export interface CreateKeyServices extends UseCaseServices {
  readonly tokenSettings: Pick<TokenServices["tokenSettings"], "maxLifetimeDays">;
}

/** The input of a new key. */
export interface NewSshKey {
  readonly caller: SignedInPrincipal;
  readonly title: string;
  readonly key: Pick<PublicKey, "line" | "fingerprint">;
  /** `YYYY-MM-DD`, or null for as long as it may. */
  readonly expiresAt: string | null;
}

/**
 * Adds a key to the caller. What an access token adds belongs to that token.
 *
 * @throws ForbiddenError when the caller has no Git scope that the key could have
 * @throws ValidationError when the expiry date is out of bounds, or later than the end of the caller's access token
 * @throws RuleRefusedError when the user has as many keys as there may be
 * @throws TakenError when the key is there already, whosever it is
 * @throws NotFoundError when the user was deleted meanwhile
 * @see docs/spec/git.md "SSH keys"
 */
export async function createSshKey(
  { database, clock, tokenSettings }: CreateKeyServices,
  { caller, title, key, expiresAt }: NewSshKey,
): Promise<SshKey> {
  const accessToken = decideKeyToken(caller);
  return await database.transaction(async (em) => {
    // Keys of one user are added one after the other: so they are counted right.
    if (!(await lockUser(em, caller.userId))) throw new NotFoundError("User");
    const now = clock.now();
    const limits = [...creatorLimit(caller), ...instanceLimit(tokenSettings.maxLifetimeDays, now)];
    const end = decideExpiry(expiresAt, now, limits);
    await makeRoomForKey(em, { caller, fingerprint: key.fingerprint }, now);
    if ((await em.count(SshKey, { user: caller.userId })) >= MAXIMUM_OF_USER) {
      throw new RuleRefusedError(`a user has ${MAXIMUM_OF_USER} SSH keys at most: delete one first`);
    }
    const created = em.create(SshKey, {
      createdAt: now,
      user: caller.userId,
      accessToken,
      title,
      key: key.line,
      fingerprintSha256: key.fingerprint,
      expiresAt: end,
    });
    await em.flush().catch((error: unknown) => {
      throw violatesUnique(error, "ssh_keys_fingerprint_sha256_unique") ? taken() : error;
    });
    const target = { type: "Key", id: created.id, title } as const;
    const projectId = caller.kind === "bot" ? caller.project.id : null;
    await recordEvent(em, { by: caller, action: "created", target, projectId, at: now });
    return created;
  });
}

/** Whose it is, is not said. */
function taken(): TakenError {
  return new TakenError(
    "fingerprintSha256",
    "this SSH key has already been taken: it signs in one user, or one access token",
  );
}
