/**
 * The certificate authority that the registry trusts: `ca.crt`, the registry's rootcertbundle, and `ca.key`. Makes
 * them where there are none and checks them wherever they come from. It never replaces them: the registry would have
 * to be restarted.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { ConfigurationError } from "../errors.ts";
import { readTextFileIfPresent } from "../files.ts";
import { createFile, FILE_MODE } from "./key-files.ts";

const generateKeyPairAsync = promisify(generateKeyPair);

const COMMON_NAME = "Keyside registry token CA";
const RSA_BITS = 3072;
const VALIDITY_YEARS = 10;

const REPAIR =
  "put the right ca.crt and ca.key back, or move both away and restart Keyside and then the registry for a new CA";

export interface CertificateAuthority {
  readonly certificate: X509Certificate;
  /** Undefined where the directory holds no `ca.key`: leaves can be used then, but not made. */
  readonly privateKey: KeyObject | undefined;
}

/**
 * Makes the CA in a directory that has none; true when this process made its certificate.
 *
 * Without a lock: the key is put in place first, and a process that finds a key without a certificate makes the certificate
 * for it. So processes that start together, or one that died half-way, end with one CA whose halves match.
 *
 * @throws ConfigurationError when a file cannot be read or written
 */
export async function ensureCertificateAuthority(directory: string, now: Date): Promise<boolean> {
  const paths = pathsIn(directory);
  if (readTextFileIfPresent(paths.certificate) !== undefined) return false;
  if (readTextFileIfPresent(paths.key) === undefined) {
    const { privateKey } = await generateKeyPairAsync("rsa", { modulusLength: RSA_BITS });
    createFile(paths.key, privateKey.export({ type: "pkcs8", format: "pem" }).toString(), FILE_MODE.secret);
  }
  const privateKey = readPrivateKey(paths.key);
  if (privateKey === undefined) throw new ConfigurationError(`${paths.key} has just been removed; ${REPAIR}.`);
  const certificate = await makeCertificate(privateKey, paths.key, now);
  return createFile(paths.certificate, certificate.toString(), FILE_MODE.public);
}

/**
 * Reads the CA of a directory and checks that it can vouch for leaves at this moment.
 *
 * @throws ConfigurationError naming the file, what is wrong with it and what to do
 */
export function loadCertificateAuthority(directory: string, now: Date): CertificateAuthority {
  const paths = pathsIn(directory);
  const certificate = readCertificate(paths.certificate);
  if (!certificate.ca) {
    throw new ConfigurationError(`${paths.certificate} is not the certificate of a CA; ${REPAIR}.`);
  }
  if (certificate.publicKey.asymmetricKeyType !== "rsa") {
    throw new ConfigurationError(
      `${paths.certificate} is not for an RSA key, the only kind that can be used; ${REPAIR}.`,
    );
  }
  if (now < certificate.validFromDate) {
    throw new ConfigurationError(
      `${paths.certificate} is not valid before ${certificate.validFromDate.toISOString()}; ` +
        `set this machine's clock right, or ${REPAIR}.`,
    );
  }
  if (now > certificate.validToDate) {
    throw new ConfigurationError(
      `${paths.certificate} expired on ${certificate.validToDate.toISOString()}; ` +
        "move ca.crt and ca.key away and restart Keyside and then the registry for a new CA.",
    );
  }
  const privateKey = readPrivateKey(paths.key);
  if (privateKey !== undefined && !certificate.checkPrivateKey(privateKey)) {
    throw new ConfigurationError(`${paths.key} is not the key of ${paths.certificate}; ${REPAIR}.`);
  }
  return { certificate, privateKey };
}

function pathsIn(directory: string) {
  return { certificate: join(directory, "ca.crt"), key: join(directory, "ca.key") };
}

async function makeCertificate(privateKey: KeyObject, keyPath: string, now: Date): Promise<X509Certificate> {
  if (privateKey.asymmetricKeyType !== "rsa") {
    throw new ConfigurationError(`${keyPath} is not an RSA key, the only kind that can be used; ${REPAIR}.`);
  }
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + VALIDITY_YEARS);
  const extensions = [
    { name: "basicConstraints", critical: true, cA: true },
    { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
  ];
  const publicKey = createPublicKey(privateKey);
  const { selfSignedCertificate } = await import("./certificate.ts");
  return selfSignedCertificate({ commonName: COMMON_NAME, publicKey, now, notAfter, extensions }, privateKey);
}

function readCertificate(path: string): X509Certificate {
  const text = readTextFileIfPresent(path);
  if (text === undefined) throw new ConfigurationError(`${path} is missing; ${REPAIR}.`);
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new ConfigurationError(`${path} is not a certificate in PEM; ${REPAIR}.`, { cause: error });
  }
}

function readPrivateKey(path: string): KeyObject | undefined {
  const text = readTextFileIfPresent(path);
  if (text === undefined) return undefined;
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new ConfigurationError(`${path} is not a private key in PEM, without a passphrase; ${REPAIR}.`, {
      cause: error,
    });
  }
}
