import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import ssh2, { type PublicKeyAuthContext } from "ssh2";
import { describe, expect, it } from "vitest";
import { isProven, readOfferedKey } from "../../../../src/git/ssh/offered-key.ts";

interface Pair {
  readonly type: string;
  readonly bytes: Buffer;
  readonly privateKey: KeyObject;
}

function pairOf(kind: "rsa" | "ecdsa" | "ed25519", bits = 2048): Pair {
  // One ed25519 key in 500 is written so that ssh2 cannot read it.
  for (;;) {
    const key = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync(kind, { bits }).private);
    if (key instanceof Error) continue;
    return { type: key.type, bytes: key.getPublicSSH(), privateKey: createPrivateKey(key.getPrivatePEM()) };
  }
}

const RSA = pairOf("rsa");
const ED25519 = pairOf("ed25519");
const SIGNED = Buffer.from("the session's id, and the request");

type Request = Partial<PublicKeyAuthContext>;

/** A request as ssh2 hands it on. */
function request({ type, bytes }: Pair, more: Request = {}): Request {
  return { key: { algo: type, data: bytes }, ...more };
}

function proven(pair: Pair, hash: string | null, hashAlgo?: string): Request {
  const signature = sign(hash, SIGNED, pair.privateKey);
  return request(pair, { blob: SIGNED, signature, ...(hashAlgo === undefined ? {} : { hashAlgo }) });
}

const read = (from: Request) => readOfferedKey(from as PublicKeyAuthContext);

function isAccepted(from: Request): boolean {
  const offered = read(from);
  return offered !== undefined && isProven(offered);
}

describe("a key that signs in", () => {
  it.each([
    ["ssh-ed25519", ED25519, null, undefined],
    ["ecdsa-sha2-nistp256", pairOf("ecdsa", 256), "sha256", undefined],
    ["ecdsa-sha2-nistp384", pairOf("ecdsa", 384), "sha384", undefined],
    ["ecdsa-sha2-nistp521", pairOf("ecdsa", 521), "sha512", undefined],
    ["rsa-sha2-256", RSA, "sha256", "sha256"],
    ["rsa-sha2-512", RSA, "sha512", "sha512"],
  ] as const)("has signed, with %s", (_name, pair, hash, hashAlgo) => {
    expect(isAccepted(proven(pair, hash, hashAlgo))).toBe(true);
  });

  it("has not signed with SHA-1, whatever the request says", () => {
    expect(read(proven(RSA, "sha1"))).toBeUndefined();
    expect(read(proven(RSA, "sha1", "sha1"))).toBeUndefined();
    expect(read(request(RSA))).toBeUndefined();
    expect(isAccepted(proven(RSA, "sha1", "sha256"))).toBe(false);
  });

  it.each(["ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-ed448", ""])(
    "is none of the type %j",
    (type) => expect(read(request({ ...ED25519, type }))).toBeUndefined(),
  );

  it("is of the type that it says", () => {
    expect(isAccepted({ ...proven(ED25519, null), key: { algo: "ecdsa-sha2-nistp256", data: ED25519.bytes } })).toBe(
      false,
    );
    expect(isAccepted({ ...proven(RSA, "sha256", "sha256"), key: { algo: "ssh-rsa", data: ED25519.bytes } })).toBe(
      false,
    );
  });

  it("has signed this request, and none of another connection", () => {
    expect(isAccepted({ ...proven(ED25519, null), blob: Buffer.from("another session's id") })).toBe(false);
    expect(isAccepted({ ...proven(ED25519, null), signature: Buffer.alloc(64) })).toBe(false);
    expect(isAccepted({ ...proven(ED25519, null), signature: Buffer.alloc(0) })).toBe(false);
    const others = sign(null, SIGNED, pairOf("ed25519").privateKey);
    expect(isAccepted({ ...proven(ED25519, null), signature: others })).toBe(false);
  });

  it("has shown nothing by an offer", () => {
    const offered = read(request(ED25519));
    expect(offered).toMatchObject({ type: "ssh-ed25519", bytes: ED25519.bytes, proof: undefined });
    expect(isAccepted(request(ED25519))).toBe(false);
  });
});
