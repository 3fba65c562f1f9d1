/**
 * The leaf: the short-lived key that signs registry tokens, with the certificate by which the CA vouches for it.
 * Makes leaves, and reads and judges the text of `leaf.pem`; it does not know where that text is kept.
 */
import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import type { Config } from "../config.ts";
import type { Issuer } from "./certificate.ts";

const generateKeyPairAsync = promisify(generateKeyPair);

/** The least that RS256 allows. @see RFC 7518 section 3.3 */
const RSA_BITS = 2048;

/** ES256 or RS256: what both generations of the registry verify. @see RFC 7518 section 3.1 */
export type SigningAlgorithm = Config["registry"]["signingAlgorithm"];

export interface Leaf {
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
}

/** Why a leaf cannot be used, or should not be any longer. */
export type LeafProblem =
  | "missing"
  | "corrupt"
  | "key does not match the certificate"
  | "of another algorithm"
  | "signed by another CA"
  | "not yet valid"
  | "expired";

/** Makes a key pair and its certificate; the certificate ends with the CA's if that is sooner. */
export async function makeLeaf(
  algorithm: SigningAlgorithm,
  issuer: Issuer,
  { now, notAfter }: { now: Date; notAfter: Date },
): Promise<Leaf> {
  const { publicKey, privateKey } = await generateLeafKeyPair(algorithm);
  const extensions = [
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true },
  ];
  const request = { commonName: "Keyside registry token signer", publicKey, now, notAfter, extensions };
  const { issuedCertificate } = await import("./certificate.ts");
  return { algorithm, privateKey, certificate: issuedCertificate(request, issuer) };
}

/** A leaf as the text of its file: the private key (PKCS #8) and then the certificate, both PEM. @see RFC 7468 */
export function leafToPem({ privateKey, certificate }: Leaf): string {
  return `${privateKey.export({ type: "pkcs8", format: "pem" })}${certificate.toString()}`;
}

/** Reads the text of a leaf's file and judges whether it can sign at this moment: the leaf, or what is wrong with it. */
export function parseLeaf(
  text: string | undefined,
  expected: { algorithm: SigningAlgorithm; ca: X509Certificate; now: Date },
): Leaf | LeafProblem {
  if (text === undefined) return "missing";
  const parts = pemParts(text);
  if (parts === undefined) return "corrupt";
  const { privateKey, certificate } = parts;
  if (!certificate.checkPrivateKey(privateKey)) return "key does not match the certificate";
  if (algorithmOf(certificate.publicKey) !== expected.algorithm) return "of another algorithm";
  if (!certificate.checkIssued(expected.ca) || !certificate.verify(expected.ca.publicKey))
    return "signed by another CA";
  if (expected.now < certificate.validFromDate) return "not yet valid";
  if (expected.now > certificate.validToDate) return "expired";
  return { algorithm: expected.algorithm, privateKey, certificate };
}

function generateLeafKeyPair(algorithm: SigningAlgorithm) {
  switch (algorithm) {
    case "ES256":
      return generateKeyPairAsync("ec", { namedCurve: "P-256" });
    case "RS256":
      return generateKeyPairAsync("rsa", { modulusLength: RSA_BITS });
  }
}

function pemParts(text: string): { privateKey: KeyObject; certificate: X509Certificate } | undefined {
  try {
    return { privateKey: createPrivateKey(text), certificate: new X509Certificate(text) };
  } catch {
    return undefined;
  }
}

function algorithmOf(publicKey: KeyObject): SigningAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === "rsa" && modulusLength >= RSA_BITS) return "RS256";
  return namedCurve === "prime256v1" ? "ES256" : undefined;
}
