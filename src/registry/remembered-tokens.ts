/**
 * The registry tokens that were issued a moment ago, to be given again to who asks the same. Decides nothing, asks no
 * database and keeps no secret. Passwords and refresh tokens are never answered from here: they are checked each time.
 */
import { createHmac, type KeyObject } from "node:crypto";
import { isExpired } from "../access-tokens/expiry.ts";
import { isGraceOver } from "../access-tokens/grace.ts";
import { isSecret } from "../access-tokens/secret.ts";
import { type Clock, epochSeconds } from "../clock.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { SigningKey } from "../signing/signing-keys.ts";
import type { IssuedRegistryToken, RegistryTokenRequest } from "./registry-token.ts";

/** Bounds of what is remembered. What came first is forgotten first. */
const MAXIMUM_ENTRIES = 10_000;
const MAXIMUM_BYTES = 16 * 1024 * 1024;

/** What an entry takes besides its token, which has a byte a character; measured. */
const BYTES_AN_ENTRY = 800;

/** A token is given again only while less than this part of its life is over. */
const REUSED_PART_OF_LIFE = 0.1;

/** The least that an answer may say of a token's life. @see docs/spec/registry-auth.md "Answer" */
const MINIMUM_LIFETIME_SECONDS = 60;

/** What of an access token its answers depend on, without the database changing; and what they make of it. */
export interface AccessTokenPart
  extends Pick<SignedInPrincipal, "tokenId" | "expiresAt" | "retiresAt" | "ipAllowList"> {
  /** Those of its scopes that were needed. */
  readonly scopesUsed: readonly TokenScope[];
}

/** An issued token, and all that it depends on besides the request. */
interface Remembered {
  readonly issued: IssuedRegistryToken;
  readonly epoch: string;
  readonly signedBy: SigningKey;
  /** The access token that it was issued to; undefined for anonymous. */
  readonly accessToken: AccessTokenPart | undefined;
  readonly bytes: number;
}

/** What remembering needs. */
export interface RememberedTokensOptions {
  readonly clock: Clock;
  /** How long a token is given again, in seconds; 0: never. */
  readonly reuseSeconds: number;
  /** Known to nobody else. */
  readonly key: KeyObject;
}

/** The tokens by what was asked. */
export class RememberedTokens {
  readonly #options: RememberedTokensOptions;
  readonly #entries = new Map<string, Remembered>();
  #bytes = 0;

  constructor(options: RememberedTokensOptions) {
    this.#options = options;
  }

  /**
   * A digest of all in a request that its answer depends on; undefined for one that is never answered from memory. The
   * username beside an access token is not looked at, as anywhere else.
   */
  keyOf({ credentials, scopes }: Pick<RegistryTokenRequest, "credentials" | "scopes">): string | undefined {
    const { key, reuseSeconds } = this.#options;
    if (reuseSeconds === 0) return undefined;
    const secret = credentials?.kind === "password" ? credentials.password : undefined;
    // Who asks for nothing and shows nothing depends on nothing that is stored.
    if (credentials === undefined ? scopes.length === 0 : secret === undefined || !isSecret(secret)) return undefined;
    return createHmac("sha256", key)
      .update(JSON.stringify([secret, scopes]))
      .digest("base64");
  }

  /**
   * The token that was issued for this under the same epoch and the same key, with what is left of its life, if it may be
   * given again, and to `address`; and the access token that it was issued to.
   *
   * @see docs/spec/registry-auth.md "Answers from memory"
   */
  recall(
    key: string,
    { epoch, signedBy, address }: Pick<Remembered, "epoch" | "signedBy"> & { readonly address: string },
  ): Pick<Remembered, "issued" | "accessToken"> | undefined {
    const entry = this.#entries.get(key);
    const now = this.#options.clock.now();
    if (entry === undefined || entry.epoch !== epoch || entry.signedBy !== signedBy || !this.#isFresh(entry, now))
      return undefined;
    const { issued, accessToken } = entry;
    // From elsewhere it is refused, and not from here.
    if (accessToken?.ipAllowList?.has(address) === false) return undefined;
    return { accessToken, issued: { ...issued, issuedAt: now, lifetimeSeconds: secondsLeft(issued, now) } };
  }

  /** Remembers a token that was issued for `key`, under an epoch that was confirmed before anything was read for it. */
  remember(key: string, token: Omit<Remembered, "bytes">): void {
    this.#forget(key);
    const bytes = token.issued.token.length + BYTES_AN_ENTRY;
    this.#entries.set(key, { ...token, bytes });
    this.#bytes += bytes;
    const now = this.#options.clock.now();
    for (const [oldest, entry] of this.#entries) {
      const isWithin = this.#entries.size <= MAXIMUM_ENTRIES && this.#bytes <= MAXIMUM_BYTES;
      if (isWithin && this.#isFresh(entry, now)) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  /** Whether time allows to give a token again: neither it nor the access token behind it is too old. */
  #isFresh({ issued, accessToken }: Remembered, now: Date): boolean {
    const ageSeconds = (now.getTime() - issued.issuedAt.getTime()) / 1000;
    const { reuseSeconds } = this.#options;
    return (
      ageSeconds >= 0 &&
      ageSeconds < Math.min(reuseSeconds, REUSED_PART_OF_LIFE * issued.lifetimeSeconds) &&
      secondsLeft(issued, now) >= MINIMUM_LIFETIME_SECONDS &&
      !isExpired(accessToken?.expiresAt ?? null, now) &&
      !isGraceOver(accessToken?.retiresAt, now)
    );
  }
}

function secondsLeft({ issuedAt, lifetimeSeconds }: IssuedRegistryToken, now: Date): number {
  return epochSeconds(issuedAt) + lifetimeSeconds - epochSeconds(now);
}
