import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readPublicKey } from "../../../src/ssh-keys/parse-public-key.ts";
import { KEY_TYPES } from "../../../src/ssh-keys/read-key-bytes.ts";

/** Keys with the fingerprints that `ssh-keygen -l` prints of them. */
const KEYS = {
  "ssh-ed25519": {
    base64: "AAAAC3NzaC1lZDI1NTE5AAAAIGSw8DgKGyrCL/xpQq8NHjlVLS012nGhQUxG2Y9Tyagw",
    fingerprint: "SHA256:/xFgj/pFNEtGhWQp7fkkVf9mz3DqExTkw6mYThvzZZQ",
  },
  "ecdsa-sha2-nistp256": {
    base64:
      "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCkNGiGKeosCVmPkBgNnQsauZGKRHMnYicMAoTBzXne+JIb6nW6Gg/aw3KbmB/JPbVgnucXRg1qmAYFs3mwETMg=",
    fingerprint: "SHA256:JjvidI0yemVimAWga9IWANor2FYY8g8x5f201miKltE",
  },
  "ecdsa-sha2-nistp384": {
    base64:
      "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBOtp0LkVTh9KdxUTm3NFXjIrXw+tJ38Z0WLYlPSQ7g7hV1hmwP35JFP4TgLvKs/yrglI+M/bIlHDCXPsibXX6UZfJ54Gm4An5/ZXWqHBmrm+fvww4USiUjilNUm91YF+0A==",
    fingerprint: "SHA256:DjXuMfcWUEfaiLAW/meIkyVcYB5UFaHp4gT+GepJZXQ",
  },
  "ecdsa-sha2-nistp521": {
    base64:
      "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAG/S4YWfDd2NhqHDc2wubB0cwaFL0/+fOwyWNBDBFotbAnT/gBC+rwW/S3IxkX59UwFGeLuIOCotXYQGrnHz3krRwFCfwT/Y5p3Z6AxnIHDCR10BEDFX4dBA1ei0BhYUHVrI+YrY9gAjtUJ64b6Kz6Q6pRPKMjpho4ixGBhAh78zhbqHA==",
    fingerprint: "SHA256:548GmjnHAxcf5/KizWS/vJLR8Uoo2X6fQoVrAkYb8a8",
  },
  "ssh-rsa": {
    base64:
      "AAAAB3NzaC1yc2EAAAADAQABAAABAQC3lgVH9qVXX010qax8+RiHxjUt0fdrK3zUXP3IiAghTnQVcQH/c62oftQ0C+xyRtTXX/+gwHSgcg4I+TJt00NXKBm1wyVsgDM8sNPQe1mFtLIdi10mMf04MvaJPpSrZXuSwOdlTEYgfqRi773OsBSq2+xILmMcpQ4ubIHzLFuSGAn0qY4PvlGlsvHMerpwJSFiMQDw0wkVwfAl5E4tUZ1pIEvqNNH2+a0fa/FFNj1+epnyR6R+UkxNFKITiKCH0ivWXqHDmD/LksN+tiZ+5vRqvxf1kTuGQyjNdaqs0Nj/0Ndk8L0WZVaGgFIaqZzXF+n4HhNHJm9gVmDy9K7e5+Vb",
    fingerprint: "SHA256:k+qChCXUEcc2iCdyxwJeqlX9iAosLiqd5TWb2o1L5ms",
  },
} as const;

const ED25519 = `ssh-ed25519 ${KEYS["ssh-ed25519"].base64}`;
const P256 = Buffer.from(KEYS["ecdsa-sha2-nistp256"].base64, "base64");
const RSA = Buffer.from(KEYS["ssh-rsa"].base64, "base64");

/** A field of a key: its length, and it. */
function field(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function line(type: string, ...fields: readonly (Buffer | string)[]): string {
  return `${type} ${Buffer.concat([type, ...fields].map(field)).toString("base64")}`;
}

/** A number as SSH writes it: a first byte of 0x80 or more would make it negative. */
function mpint(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]);
}

function rsa(bits: number, exponent: Buffer = Buffer.from([1, 0, 1])): string {
  // Whether it is a product of two primes is seen by nobody who has the public half alone.
  return line("ssh-rsa", exponent, mpint(Buffer.alloc(bits / 8, 0xff)));
}

const problemOf = (text: string) => {
  const read = readPublicKey(text);
  return "problem" in read ? read.problem : "none";
};

describe("a public key", () => {
  it.each(KEY_TYPES)("of the type %s is read, with the fingerprint that OpenSSH prints", (type) => {
    const { base64, fingerprint } = KEYS[type];
    expect(readPublicKey(`${type} ${base64} ann@laptop`)).toEqual({
      line: `${type} ${base64}`,
      comment: "ann@laptop",
      fingerprint,
    });
  });

  it("is the same without a comment, and with white space around it and a comment of several words", () => {
    expect(readPublicKey(ED25519)).toMatchObject({ line: ED25519, comment: "" });
    expect(readPublicKey(`\n ${ED25519}\t  Ann's  old laptop \r\n`)).toMatchObject({
      line: ED25519,
      comment: "Ann's old laptop",
    });
  });

  it("of RSA has 2048 to 16384 bits, and an exponent that hides something", () => {
    expect(problemOf(rsa(2048))).toBe("none");
    expect(problemOf(rsa(16_384))).toBe("none");
    expect(problemOf(rsa(1024))).toMatch(
      /^is an RSA key of 1024 bits, .*2048 .*: make one with `ssh-keygen -t ed25519`$/,
    );
    expect(problemOf(rsa(2040))).toMatch(/^is an RSA key of 2040 bits/);
    expect(problemOf(rsa(16_392))).toMatch(/^is an RSA key of 16392 bits, and 16384 are the most/);
    expect(problemOf(rsa(2048, Buffer.from([1])))).toMatch(/exponent 1,/);
  });

  it.each([
    ["ssh-dss AAAAB3NzaC1kc3MAAACBANaeAS/fYM6jZUI6XEJl", /^is a DSA key, .*: make one with/],
    ["ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNh", /^is a certificate: send the public key/],
    ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t", /^is a security key's, .*: make one with/],
    ["sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNh", /^is a security key's/],
    [
      "ssh-ed448 AAAACXNzaC1lZDQ0OAAAADk=",
      /^is no public key of the types ssh-ed25519, .*: the one line of a \.pub file/,
    ],
    [`command="sh" ${ED25519}`, /^has options before its type/],
    [`no-pty,from="10.0.0.0/8" ${ED25519}`, /^has options before its type/],
    [`${ED25519}\n${ED25519}`, /^has several lines/],
    [`# a comment\n${ED25519}`, /^has several lines/],
    ["---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5\n---- END SSH2 PUBLIC KEY ----", /^has several lines/],
    ["", /^is no public key/],
    ["ssh-ed25519", /^is cut off or mistyped/],
    [`ssh-ed25519 ${"A".repeat(8192)}`, /^is longer than 8192 characters/],
  ])("is not %j", (text, problem) => {
    expect(problemOf(text)).toMatch(problem);
  });

  it("is never a private key, of which nothing is repeated", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    const openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n";
    for (const text of [pem, openssh, "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"]) {
      expect(problemOf(text)).toMatch(/^is a private key, which others may know now: make one with .* in its place/);
      for (const part of text.split(/\s+/).filter((word) => word.length > 12))
        expect(problemOf(text)).not.toContain(part);
    }
  });

  it.each([
    ["is cut off", ED25519.slice(0, -4)],
    ["is cut off within a character", ED25519.slice(0, -1)],
    ["has a character that base64 does not", ED25519.replace("GSw8", "GS*8")],
    ["has bits behind its end", `${ED25519}A===`],
    [
      "has something behind its fields",
      `ssh-ed25519 ${Buffer.concat([Buffer.from(KEYS["ssh-ed25519"].base64, "base64"), field("x")]).toString("base64")}`,
    ],
    ["says another type within", `ecdsa-sha2-nistp256 ${KEYS["ssh-ed25519"].base64}`],
    [
      "says within that it is of no type",
      line("ssh-ed25519", Buffer.alloc(32, 1)).replace("AAAAC3NzaC1lZDI1NTE5", "AAAAC3NzaC1lZDI1NTE4"),
    ],
    ["names another curve", line("ecdsa-sha2-nistp256", "nistp384", P256.subarray(39))],
    ["is a point beside its curve", line("ecdsa-sha2-nistp256", "nistp256", Buffer.alloc(65, 4))],
    [
      "is a point in the compressed form",
      line("ecdsa-sha2-nistp256", "nistp256", Buffer.concat([Buffer.from([2]), P256.subarray(40, 72)])),
    ],
    ["has fewer fields", line("ecdsa-sha2-nistp256", "nistp256")],
    ["has no fields", "ssh-rsa AAAA"],
    ["is too short", line("ssh-ed25519", Buffer.alloc(31, 1))],
    ["is no number", line("ssh-rsa", "", "")],
    ["is a negative number", line("ssh-rsa", Buffer.from([1, 0, 1]), Buffer.alloc(256, 0xff))],
    [
      "is a number with a zero before it",
      line("ssh-rsa", Buffer.from([1, 0, 1]), Buffer.concat([Buffer.alloc(1), RSA.subarray(-257)])),
    ],
  ])("that %s is refused", (_what, text) => {
    expect(problemOf(text)).toBe(
      "is cut off or mistyped: the one line of a .pub file is wanted, as `ssh-ed25519 AAAAC3Nza...`",
    );
  });
});
