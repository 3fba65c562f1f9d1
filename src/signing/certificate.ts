/**
 * Making X.509 certificates: node-forge lays them out, node:crypto signs them. What goes into the CA's and the leaf's
 * is decided in certificate-authority.ts and leaf.ts, which load this file, and node-forge, only when they make one.
 */
import { type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import forge from "node-forge";

// node-forge exports this function; its type declarations forget it.
declare module "node-forge" {
  namespace pki {
    function getTBSCertificate(certificate: pki.Certificate): asn1.Asn1;
  }
}

/** How far a certificate's start lies in the past, so that a registry whose clock is behind accepts it at once. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The object identifier of sha256WithRSAEncryption. @see RFC 4055 section 5 */
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";

/** Where the parts of a TBSCertificate that node-forge cannot fill in lie in its sequence. @see RFC 5280 section 4.1 */
const TBS = { issuer: 3, subject: 5, subjectPublicKeyInfo: 6 } as const;

/** An RSA certificate authority's certificate, and the key that signs for it. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** Starts a few minutes before this moment, but not before the issuer. */
  readonly now: Date;
  /** The wanted end; an earlier end of the issuer wins. */
  readonly notAfter: Date;
  /** In node-forge's form. */
  readonly extensions: readonly object[];
}

/** Makes a certificate that signs itself; its key pair must be RSA. */
export function selfSignedCertificate(request: CertificateRequest, privateKey: KeyObject): X509Certificate {
  const certificate = layOut(request, request.publicKey);
  certificate.setExtensions([...request.extensions, { name: "subjectKeyIdentifier" }]);
  return signed(certificate, forge.pki.getTBSCertificate(certificate), privateKey);
}

/** Makes a certificate for a key of any kind, EC included, signed by an RSA issuer. */
export function issuedCertificate(request: CertificateRequest, issuer: Issuer): X509Certificate {
  const parent = forge.pki.certificateFromPem(issuer.certificate.toString());
  // node-forge knows RSA keys only: the issuer's stands in until the real SubjectPublicKeyInfo is put in its place.
  const certificate = layOut(request, issuer.certificate.publicKey);
  certificate.validity.notBefore = later(certificate.validity.notBefore, issuer.certificate.validFromDate);
  certificate.validity.notAfter = earlier(certificate.validity.notAfter, issuer.certificate.validToDate);
  certificate.setExtensions([...request.extensions, ...authorityKeyIdentifier(parent)]);

  const tbs = forge.pki.getTBSCertificate(certificate);
  const spki = request.publicKey.export({ type: "spki", format: "der" });
  replacePart(tbs, TBS.subjectPublicKeyInfo, forge.asn1.fromDer(spki.toString("binary")));
  // Byte for byte, as verifiers compare names; node-forge would encode some of them anew in another way.
  replacePart(tbs, TBS.issuer, partOf(parent.tbsCertificate, TBS.subject));
  return signed(certificate, tbs, issuer.privateKey);
}

function layOut(request: CertificateRequest, rsaPublicKey: KeyObject): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  const name = [{ name: "commonName", value: request.commonName }];
  certificate.serialNumber = randomSerialNumber();
  certificate.signatureOid = SHA256_WITH_RSA;
  certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
  certificate.validity.notBefore = new Date(request.now.getTime() - CLOCK_SKEW_MS);
  certificate.validity.notAfter = request.notAfter;
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.publicKey = forge.pki.publicKeyFromPem(rsaPublicKey.export({ type: "spki", format: "pem" }).toString());
  return certificate;
}

function signed(certificate: forge.pki.Certificate, tbs: forge.asn1.Asn1, privateKey: KeyObject): X509Certificate {
  const bytes = Buffer.from(forge.asn1.toDer(tbs).getBytes(), "binary");
  certificate.tbsCertificate = tbs;
  certificate.signature = sign("sha256", bytes, privateKey).toString("binary");
  const der = forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes();
  return new X509Certificate(Buffer.from(der, "binary"));
}

/** 126 random bits, in hexadecimal: positive, and without a leading zero byte. @see RFC 5280 section 4.1.2.2 */
function randomSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function authorityKeyIdentifier(parent: forge.pki.Certificate): object[] {
  const extension = parent.getExtension("subjectKeyIdentifier");
  if (!extension || !("subjectKeyIdentifier" in extension)) return [];
  const keyIdentifier = forge.util.hexToBytes(String(extension.subjectKeyIdentifier));
  return [{ name: "authorityKeyIdentifier", keyIdentifier }];
}

function partOf(tbs: forge.asn1.Asn1, index: number): forge.asn1.Asn1 {
  const part = typeof tbs.value === "string" ? undefined : tbs.value[index];
  if (part === undefined) throw new TypeError(`a TBSCertificate has no part ${index}`);
  return part;
}

function replacePart(tbs: forge.asn1.Asn1, index: number, part: forge.asn1.Asn1): void {
  if (typeof tbs.value === "string") throw new TypeError("a TBSCertificate is a sequence");
  tbs.value[index] = part;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
