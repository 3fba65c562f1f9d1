/** Host keys as OpenSSH keeps them. */
import { SSH_PORT, type SshAddress } from "../../config.ts";

/** A public key: its type as SSH names it, and its bytes on the wire. */
export interface PublicHostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** A line of `known_hosts`. @see sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" */
export function knownHostsLine({ hostname, port }: SshAddress, { type, blob }: PublicHostKey): string {
  const host = hostname.replaceAll(/[[\]]/g, "").toLowerCase();
  return `${port === SSH_PORT ? host : `[${host}]:${port}`} ${type} ${blob.toString("base64")}`;
}
