/**
 * The signing key in use: opened from the certificates' directory, followed when another process rotates it, rotated
 * when it is due. It has no timer: its holder calls `refresh()` from time to time.
 */
import { join } from "node:path";
import { type Clock, DAY_MS } from "../clock.ts";
import { ConfigurationError } from "../errors.ts";
import { readTextFileIfPresent } from "../files.ts";
import {
  type CertificateAuthority,
  ensureCertificateAuthority,
  loadCertificateAuthority,
} from "./certificate-authority.ts";
import { createFile, ensureDirectory, FILE_MODE, replaceFile } from "./key-files.ts";
import { jwkThumbprint, libtrustKeyId } from "./key-id.ts";
import { type Leaf, type LeafProblem, leafToPem, makeLeaf, parseLeaf, type SigningAlgorithm } from "./leaf.ts";

/** What signs registry tokens now, ready to use. */
export interface SigningKey extends Leaf {
  /** The chain for the JWT's header: standard base64 of DER, the leaf alone. @see RFC 7515 section 4.1.6 */
  readonly x5c: readonly string[];
  /** libtrust's form. */
  readonly keyId: string;
  /** RFC 7638's form. */
  readonly thumbprint: string;
  readonly notAfter: Date;
}

/** Why a new leaf was made. */
export type NewLeafReason = LeafProblem | "due for rotation" | "rotation asked for";

/** Something that an operator may want to find in the log. */
export type SigningEvent =
  | { readonly type: "ca_created"; readonly notAfter: Date }
  | {
      readonly type: "leaf_created";
      readonly reason: NewLeafReason;
      readonly keyId: string;
      readonly notAfter: Date;
    }
  /** Another process has put a new leaf in place. */
  | { readonly type: "leaf_followed"; readonly keyId: string; readonly notAfter: Date }
  /** The leaf is due for rotation, but there is no ca.key to rotate it with; it serves until `notAfter`. */
  | { readonly type: "leaf_overdue"; readonly keyId: string; readonly notAfter: Date };

export interface SigningKeysOptions {
  /** Holds `ca.crt`, `ca.key` and `leaf.pem`. */
  readonly directory: string;
  readonly algorithm: SigningAlgorithm;
  readonly clock: Clock;
  /** How long a new leaf is valid, in days; 90 by default. */
  readonly leafValidityDays?: number;
  /** The age at which `refresh()` replaces a leaf, in days; 30 by default, and below the validity. */
  readonly rotationAgeDays?: number;
  readonly onEvent?: (event: SigningEvent) => void;
}

/**
 * Opens the signing keys of a directory; makes the directory, the CA and the leaf where there are none. Safe to be
 * called by several processes at once.
 *
 * @throws ConfigurationError naming the file, what is wrong with it and what to do
 */
export async function openSigningKeys(options: SigningKeysOptions): Promise<SigningKeys> {
  const settings = settingsOf(options);
  ensureDirectory(settings.directory);
  const created = await ensureCertificateAuthority(settings.directory, settings.clock.now());
  const ca = loadCertificateAuthority(settings.directory, settings.clock.now());
  if (created) settings.report({ type: "ca_created", notAfter: ca.certificate.validToDate });
  return new SigningKeys(settings, ca, await settleKey(settings, ca, undefined));
}

/** The signing key in use, and the ways in which it changes. Made by {@link openSigningKeys}. */
export class SigningKeys {
  readonly #settings: Settings;
  #ca: CertificateAuthority;
  #current: SigningKey;

  constructor(settings: Settings, ca: CertificateAuthority, current: SigningKey) {
    this.#settings = settings;
    this.#ca = ca;
    this.#current = current;
  }

  /** The key to sign with; costs nothing. It stays in use when `refresh()` fails, so look at its `notAfter`. */
  current(): SigningKey {
    return this.#current;
  }

  /** When the CA ends, and with it every leaf. */
  get caNotAfter(): Date {
    return this.#ca.certificate.validToDate;
  }

  /** The certificate of the CA, which registries trust, as PEM: `ca.crt`. */
  get caCertificate(): string {
    return this.#ca.certificate.toString();
  }

  /**
   * Takes up what another process has put in the directory, and replaces the leaf when it cannot be used or is due
   * for rotation. Never makes a CA: the registry would not know it.
   *
   * @throws ConfigurationError as {@link openSigningKeys} does; the key in use stays
   */
  async refresh(): Promise<void> {
    const ca = this.#loadCa();
    this.#current = await settleKey(this.#settings, ca, this.#current);
    this.#ca = ca;
  }

  /**
   * Makes a new leaf now. Tokens signed by the one before stay good, since each carries its own certificate.
   *
   * @throws ConfigurationError when there is no `ca.key`, or as {@link openSigningKeys} does; the key in use stays
   */
  async rotate(): Promise<void> {
    const ca = this.#loadCa();
    this.#current = await replaceKey(this.#settings, ca, "rotation asked for");
    this.#ca = ca;
  }

  #loadCa(): CertificateAuthority {
    return loadCertificateAuthority(this.#settings.directory, this.#settings.clock.now());
  }
}

interface Settings {
  readonly directory: string;
  readonly leafPath: string;
  readonly algorithm: SigningAlgorithm;
  readonly clock: Clock;
  readonly validityMs: number;
  readonly rotationAgeMs: number;
  readonly report: (event: SigningEvent) => void;
}

function settingsOf(options: SigningKeysOptions): Settings {
  const { directory, algorithm, clock, leafValidityDays = 90, rotationAgeDays = 30, onEvent = () => {} } = options;
  if (!(0 < rotationAgeDays && rotationAgeDays < leafValidityDays)) {
    throw new RangeError(
      `rotationAgeDays: ${rotationAgeDays} is not more than 0 and less than leafValidityDays, ${leafValidityDays}`,
    );
  }
  return {
    directory,
    leafPath: join(directory, "leaf.pem"),
    algorithm,
    clock,
    validityMs: leafValidityDays * DAY_MS,
    rotationAgeMs: rotationAgeDays * DAY_MS,
    report: onEvent,
  };
}

/** The key of the leaf that is in the directory; of a new leaf, put there, when that one will not do. */
async function settleKey(
  settings: Settings,
  ca: CertificateAuthority,
  inUse: SigningKey | undefined,
): Promise<SigningKey> {
  const now = settings.clock.now();
  const found = parseLeaf(readTextFileIfPresent(settings.leafPath), {
    algorithm: settings.algorithm,
    ca: ca.certificate,
    now,
  });
  if (found === "missing") {
    // Only where there is still none: of processes that start together, all use the leaf of the first.
    const leaf = await newLeaf(settings, ca, found);
    const first = createFile(settings.leafPath, leafToPem(leaf), FILE_MODE.secret);
    return first ? reportCreated(settings, signingKey(leaf), found) : settleKey(settings, ca, inUse);
  }
  if (typeof found === "string") return replaceKey(settings, ca, found);

  const key = inUse?.certificate.fingerprint256 === found.certificate.fingerprint256 ? inUse : signingKey(found);
  const { keyId, notAfter } = key;
  if (inUse !== undefined && key !== inUse) settings.report({ type: "leaf_followed", keyId, notAfter });
  if (now.getTime() - found.certificate.validFromDate.getTime() <= settings.rotationAgeMs) return key;
  if (ca.privateKey !== undefined) return replaceKey(settings, ca, "due for rotation");
  settings.report({ type: "leaf_overdue", keyId, notAfter });
  return key;
}

/** Puts a new leaf in the place of the present one. Should two processes do so at once, both leaves are good. */
async function replaceKey(settings: Settings, ca: CertificateAuthority, reason: NewLeafReason): Promise<SigningKey> {
  const leaf = await newLeaf(settings, ca, reason);
  replaceFile(settings.leafPath, leafToPem(leaf), FILE_MODE.secret);
  return reportCreated(settings, signingKey(leaf), reason);
}

function newLeaf(settings: Settings, ca: CertificateAuthority, reason: NewLeafReason): Promise<Leaf> {
  const { certificate, privateKey } = ca;
  if (privateKey === undefined) {
    throw new ConfigurationError(
      `${settings.leafPath} cannot be replaced (${reason}), since ${join(settings.directory, "ca.key")} is missing; ` +
        "put the ca.key of ca.crt back, or a leaf.pem that was made where it is.",
    );
  }
  const now = settings.clock.now();
  const notAfter = new Date(now.getTime() + settings.validityMs);
  return makeLeaf(settings.algorithm, { certificate, privateKey }, { now, notAfter });
}

function signingKey(leaf: Leaf): SigningKey {
  const { publicKey } = leaf.certificate;
  return Object.freeze({
    ...leaf,
    x5c: Object.freeze([leaf.certificate.raw.toString("base64")]),
    keyId: libtrustKeyId(publicKey),
    thumbprint: jwkThumbprint(publicKey),
    notAfter: leaf.certificate.validToDate,
  });
}

function reportCreated(settings: Settings, key: SigningKey, reason: NewLeafReason): SigningKey {
  settings.report({ type: "leaf_created", reason, keyId: key.keyId, notAfter: key.notAfter });
  return key;
}
