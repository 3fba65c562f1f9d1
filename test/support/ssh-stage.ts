/**
 * The stage for tests of Git over SSH: that of Git, which listens for SSH too, and what clients need. `ssh` itself is run with
 * nothing of this machine's or user's settings, and knows the service by its host keys.
 */
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { readHostKeys } from "../../src/git/ssh/host-keys.ts";
import { knownHostsLine } from "../../src/git/ssh/known-hosts.ts";
import { type GitProject, type GitStage, openGitStage } from "./git-stage.ts";
import { type CommandEnd, type Environment, runToEnd } from "./running-command.ts";

/** How a command over SSH ended. */
export interface SshEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SshStage extends GitStage {
  readonly port: number;
  /** Where a project is by SSH. */
  address(project: GitProject): string;
  /** The variables with which git goes by SSH with a secret as the password; `options` are ssh's own. */
  environment(secret: string, ...options: readonly string[]): Environment;
  /** The variables with which git goes by SSH with a key, whose private half is in a file, and with nothing else. */
  keyEnvironment(file: string, ...options: readonly string[]): Environment;
  /** Runs `ssh`, with sshpass. */
  ssh(secret: string, args: readonly string[], input?: string): Promise<CommandEnd>;
  /** Connects by ssh2, and waits until the service has accepted the password. @throws Error when it has not */
  connect(secret: string, options?: ConnectConfig): Promise<Client>;
}

/** Opens one. */
export async function openSshStage(environment: Readonly<Record<string, string>> = {}): Promise<SshStage> {
  const stage = await openGitStage({ environment: { KEYSIDE_SSH_PORT: "0", ...environment } });
  const port = stage.service.sshPort ?? 0;
  const clients: Client[] = [];
  const directory = stage.path();
  const knownHosts = join(directory, "known_hosts");
  await mkdir(directory);
  const address = { user: "git", hostname: "127.0.0.1", port };
  const keys = readHostKeys(stage.service.container.config.dataDir);
  const lines = keys.map((key) => knownHostsLine(address, { type: key.type, blob: key.getPublicSSH() }));
  await writeFile(knownHosts, `${lines.join("\n")}\n`);
  const program = [
    "ssh",
    "-F",
    "/dev/null",
    "-o",
    "StrictHostKeyChecking=yes",
    "-o",
    `UserKnownHostsFile=${knownHosts}`,
  ];
  const byAny = [...program, "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1"];
  const base = ["sshpass", "-e", ...byAny, "-o", "PubkeyAuthentication=no"];
  const byKey = [...byAny, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"];
  return {
    ...stage,
    port,
    address: ({ url }) => `ssh://git@127.0.0.1:${port}${new URL(url).pathname}`,
    environment: (secret, ...options) => ({
      SSHPASS: secret,
      GIT_SSH_VARIANT: "ssh",
      GIT_SSH_COMMAND: [...base, ...options].join(" "),
    }),
    keyEnvironment: (file, ...options) => ({
      GIT_SSH_VARIANT: "ssh",
      GIT_SSH_COMMAND: [...byKey, "-i", file, ...options].join(" "),
    }),
    ssh(secret, args, input = "") {
      const variables = { PATH: process.env["PATH"], HOME: "/nonexistent", SSHPASS: secret };
      return runToEnd([...base, "-p", String(port), ...args], { input, environment: variables });
    },
    async connect(secret, options = {}) {
      const client = new ssh2.Client();
      clients.push(client);
      const ready = once(client, "ready");
      client.connect({ host: "127.0.0.1", port, username: "git", password: secret, readyTimeout: 60_000, ...options });
      await ready;
      // What becomes of it later, a test asks of the client itself.
      client.on("error", () => undefined);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      await stage.close();
    },
  };
}

/** Has a command run, and answers its channel. @throws Error when the service refuses it */
export function execute(client: Client, command: string, environment: Readonly<Record<string, string>> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.exec(command, { env: environment }, (error, channel) =>
    error === undefined ? resolve(channel) : reject(error),
  );
  return promise;
}

/** Has a command run to its end, with `input` as all that it reads. */
export async function executeToEnd(client: Client, command: string, input = ""): Promise<SshEnd> {
  return await endOf(await execute(client, command), input);
}

/** How a channel ends, whose client sends `input` and no more. */
export async function endOf(channel: ClientChannel, input = ""): Promise<SshEnd> {
  const closed = once(channel, "close");
  channel.end(input);
  const [stdout, stderr] = await Promise.all([text(channel), text(channel.stderr)]);
  const [code] = await closed;
  return { code: code ?? null, stdout, stderr };
}
