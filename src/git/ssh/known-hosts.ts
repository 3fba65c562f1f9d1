/** Host keys as people compare them, and as OpenSSH keeps them. */
import { hash } from "node:crypto";
import { SSH_PORT, type SshAddress } from "../../config.ts";

/** A public key: its type as SSH names it, and its bytes on the wire. */
export interface PublicHostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** As `ssh` shows it to whoever connects for the first time: `SHA256:` and base64 without padding. */
export function fingerprintOf({ blob }: PublicHostKey): string {
  return `SHA256:${hash("sha256", blob, "base64").replace(/=+$/, "")}`;
}

/** A line of `known_hosts`. @see sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" */
export function knownHostsLine({ hostname, port }: SshAddress, { type, blob }: PublicHostKey): string {
  const host = hostname.replaceAll(/[[\]]/g, "").toLowerCase();
  return `${port === SSH_PORT ? host : `[${host}]:${port}`} ${type} ${blob.toString("base64")}`;
}
