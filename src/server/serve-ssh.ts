/** Git over SSH as a part of the process: its keys, its port, and how its errors are told. */
import type { AddressInfo } from "node:net";
import { gitError } from "../git/git-error.ts";
import { openHostKeys } from "../git/ssh/host-keys.ts";
import { SshServer } from "../git/ssh/ssh-server.ts";
import { failureAnswers } from "../http/error-handler.ts";
import type { Container } from "./container.ts";
import { knownFailures } from "./known-failures.ts";
import { listen } from "./listen.ts";

/** What listens. */
export interface ServedSsh {
  readonly address: AddressInfo;
  /** Lets what runs end for a while, then cuts it off. */
  stop(): Promise<void>;
}

/**
 * Listens, with the keys of the data directory.
 *
 * @throws ConfigurationError when the keys cannot be had, or it cannot listen
 */
export async function serveSsh(
  container: Container,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ServedSsh> {
  const { config, database, log, metrics } = container;
  const hostKeys = await openHostKeys(config.dataDir);
  const answerFailure = failureAnswers(gitError, knownFailures(database), log);
  const { maxConnections: maximumConnections } = config.network;
  const ssh = new SshServer({ ...container, answerFailure }, { hostKeys, maximumConnections });
  const variables = { host: "KEYSIDE_SSH_HOST", port: "KEYSIDE_SSH_PORT" };
  const address = await listen(ssh.server, { host, port, variables });
  metrics.gauge("keyside_ssh_connections", "Connections of Git over SSH", () => ssh.connections);
  log.info({ host: address.address, port: address.port }, "Git over SSH is served");
  return { address, stop: () => ssh.stop() };
}
