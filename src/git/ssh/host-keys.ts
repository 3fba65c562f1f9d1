/**
 * The host keys of Git over SSH, by which clients know this instance. They are made once and never replaced: a client that
 * knows the old ones would take a new one for an attack.
 *
 * @see docs/spec/git.md "SSH"
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2, { type ParsedKey, type utils } from "ssh2";
import { ConfigurationError } from "../../errors.ts";
import { readTextFileIfPresent, systemReason } from "../../files.ts";
import { createFile, FILE_MODE } from "../../signing/key-files.ts";

const { generateKeyPair, parseKey } = ssh2.utils;

/** A kind of key: its file's name, its type as SSH names it, and what it is made by. */
interface Kind {
  readonly name: string;
  readonly type: string;
  readonly make: readonly ["ed25519" | "ecdsa" | "rsa", { readonly bits?: number }];
}

const KINDS: readonly Kind[] = [
  { name: "host_ed25519", type: "ssh-ed25519", make: ["ed25519", {}] },
  { name: "host_ecdsa", type: "ecdsa-sha2-nistp256", make: ["ecdsa", { bits: 256 }] },
  { name: "host_rsa", type: "ssh-rsa", make: ["rsa", { bits: 3072 }] },
];

type Told = (error: Error | null, made: utils.KeyPairReturn) => void;

/** Makes a pair of keys, as text. */
type KeyMaker = (...kind: Kind["make"]) => Promise<utils.KeyPairReturn>;

const makePair: KeyMaker = promisify(generateKeyPair as (...given: [...Kind["make"], Told]) => void);

/** How often it is tried to make a key. */
const TRIES = 20;

/** Where the host keys lie in a data directory. */
function directoryIn(dataDir: string): string {
  return join(dataDir, "ssh");
}

/**
 * The host keys of a data directory, made where there are none. Of processes that start together, all get those of the first.
 *
 * @throws ConfigurationError when one cannot be made or read
 */
export async function openHostKeys(dataDir: string, make = makePair): Promise<readonly ParsedKey[]> {
  const directory = directoryIn(dataDir);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const problem = `The directory of the SSH host keys ${directory} cannot be made (${systemReason(error)})`;
    throw new ConfigurationError(`${problem}; let the user that runs Keyside write to KEYSIDE_DATA_DIR.`, {
      cause: error,
    });
  }
  for (const kind of KINDS) {
    const path = join(directory, kind.name);
    if (readTextFileIfPresent(path) !== undefined) continue;
    createFile(path, await makeReadable(kind, make), FILE_MODE.secret, "KEYSIDE_DATA_DIR");
  }
  return readHostKeys(dataDir);
}

/** ssh2 1.17 writes one ed25519 key in 500 so that nobody can read it, and what is put in place once stays there. */
async function makeReadable(kind: Kind, make: KeyMaker): Promise<string> {
  for (let count = 0; count < TRIES; count += 1) {
    const { private: text } = await make(...kind.make);
    if (parsePrivateKey(text, kind) !== undefined) return text;
  }
  throw new ConfigurationError(
    `no SSH host key of the type ${kind.type} could be made in ${TRIES} tries; start again.`,
  );
}

function parsePrivateKey(text: string, { type }: Kind): ParsedKey | undefined {
  const key = parseKey(text);
  return key instanceof Error || key.type !== type || !key.isPrivateKey() ? undefined : key;
}

/**
 * The host keys that a data directory has.
 *
 * @throws ConfigurationError when there are none, or one is not what its name says
 */
export function readHostKeys(dataDir: string): readonly ParsedKey[] {
  return KINDS.map((kind) => {
    const path = join(directoryIn(dataDir), kind.name);
    const text = readTextFileIfPresent(path);
    if (text === undefined) {
      throw new ConfigurationError(
        `${path} is not there: Keyside makes it when it first starts with KEYSIDE_SSH_PORT, on the server's own machine.`,
      );
    }
    const key = parsePrivateKey(text, kind);
    if (key !== undefined) return key;
    throw new ConfigurationError(
      `${path} is not a private key of the type ${kind.type} without a passphrase; put the right one back, or delete it and ` +
        "restart for a new one, which clients have to be told of.",
    );
  });
}
