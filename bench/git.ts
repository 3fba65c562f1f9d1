/** What the token endpoint's callers feel of three machines that clone over HTTP, or over SSH, one clone after the other. */
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../test/support/free-port.ts";
import { measureBeside } from "./beside.ts";
import { Client } from "./load/client.ts";
import type { Row } from "./report.ts";
import { LISTED_PROJECT, seed } from "./seed.ts";
import {
  directoriesIn,
  type Environment,
  operatorSecret,
  ROOT_PASSWORD,
  type Server,
  startKeyside,
} from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const PROJECTS = 100;
const CLONES = 3;

/** What is cloned: files that cannot be compressed, so that their size is that of the answer. */
const FILES = 40;
const FILE_BYTES = 512 * 1024;

/** The rows that the token endpoint has alone, and beside clones. */
export const TOKENS_WITHOUT_GIT = "PostgreSQL: repeated, at 500/s, while nobody clones";
export const TOKENS_BESIDE_GIT = `PostgreSQL: repeated, at 500/s, beside ${CLONES} clones over HTTP`;
const TOKENS_WITHOUT_SSH = `${TOKENS_WITHOUT_GIT}, again`;
const TOKENS_BESIDE_SSH = `PostgreSQL: repeated, at 500/s, beside ${CLONES} clones over SSH`;

/** Measures the token endpoint with clones and without; a row for each. */
export function measureGit({ client, directory, postgres, say }: Setting): Promise<Row[]> {
  return withServers(async (started) => {
    say(`git: pushing a repository of ${(FILES * FILE_BYTES) / 1024 / 1024} MiB`);
    const url = await postgres.createDatabase("git");
    const sshPort = await freePort();
    const environment = { ...directoriesIn(directory, "git"), DATABASE_URL: url, KEYSIDE_SSH_PORT: String(sshPort) };
    const cloning = new Client();
    try {
      const tokens = await seed(environment, PROJECTS);
      const server = await started(startKeyside(environment));
      const commit = await pushRepository(join(directory, "code"), server);
      say("git: measuring");
      const requests = [cloneRequest(commit)];
      const order = { port: server.port, requests, statuses: [200], connections: CLONES };
      const overHttp = await measureBeside({
        ...{ client, server, tokens, names: { alone: TOKENS_WITHOUT_GIT, beside: TOKENS_BESIDE_GIT } },
        others: (durationMs) => cloning.carryOut({ ...order, durationMs }),
      });
      const askPass = await writeAskPass(directory, await makeToken(server, environment));
      const overSsh = await measureBeside({
        ...{ client, server, tokens, names: { alone: TOKENS_WITHOUT_SSH, beside: TOKENS_BESIDE_SSH } },
        others: (durationMs) => cloneOverSsh({ port: sshPort, askPass, commit }, durationMs),
      });
      return [...overHttp, ...overSsh];
    } finally {
      await cloning.stop();
    }
  });
}

const AUTHORIZATION = `Basic ${Buffer.from(`root:${ROOT_PASSWORD}`).toString("base64")}`;
const REPOSITORY = `/${LISTED_PROJECT.path}.git`;

/** Makes a repository and pushes it as the first administrator; answers its commit. */
async function pushRepository(directory: string, { port }: Server): Promise<string> {
  await mkdir(directory);
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
    return (await promisify(execFile)("git", [...identity, ...args], { cwd: directory })).stdout.trim();
  };
  await git("init", "--quiet", "--initial-branch=main");
  for (let file = 0; file < FILES; file += 1) await writeFile(join(directory, `${file}.bin`), randomBytes(FILE_BYTES));
  await git("add", ".");
  await git("commit", "--quiet", "--message", "Everything");
  const header = `http.extraHeader=Authorization: ${AUTHORIZATION}`;
  await git("-c", header, "push", "--quiet", `http://127.0.0.1:${port}${REPOSITORY}`, "HEAD");
  return await git("rev-parse", "HEAD");
}

/** What a client says to have all of a commit. @see git `Documentation/gitprotocol-pack.txt` */
function wish(commit: string): string {
  return `${packet(`want ${commit} ofs-delta side-band-64k no-progress\n`)}0000${packet("done\n")}`;
}

/** A whole clone as one request. */
function cloneRequest(commit: string): string {
  const body = wish(commit);
  const head = [
    `POST ${REPOSITORY}/git-upload-pack HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: ${AUTHORIZATION}`,
    "Content-Type: application/x-git-upload-pack-request",
    `Content-Length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** A token of the first administrator's: their password is not accepted over SSH. */
async function makeToken({ port }: Server, environment: Environment): Promise<string> {
  const headers = { "PRIVATE-TOKEN": await operatorSecret(environment), "Content-Type": "application/json" };
  const api = `http://127.0.0.1:${port}/api/v4`;
  const { id } = (await (await fetch(`${api}/user`, { headers })).json()) as { id: number };
  const body = JSON.stringify({ name: "clones", scopes: ["read_repository"] });
  const answer = await fetch(`${api}/users/${id}/personal_access_tokens`, { method: "POST", headers, body });
  if (answer.status !== 201) throw new Error(`making a token was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}

/** A program that prints the secret, for ssh to ask. */
async function writeAskPass(directory: string, secret: string): Promise<string> {
  const path = join(directory, "askpass");
  await writeFile(path, `#!/bin/sh\necho '${secret}'\n`, { mode: 0o700 });
  return path;
}

/** Where it is cloned from, how one signs in there, and what is cloned. */
interface SshClone {
  readonly port: number;
  readonly askPass: string;
  readonly commit: string;
}

/** Clones again and again by ssh, which takes what comes and drops it. */
async function cloneOverSsh({ port, askPass, commit }: SshClone, durationMs: number): Promise<void> {
  const isOver = AbortSignal.timeout(durationMs);
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "PubkeyAuthentication=no",
    "LogLevel=ERROR",
  ];
  const command = `git-upload-pack '${REPOSITORY}'`;
  const args = ["-p", String(port), ...options.flatMap((each) => ["-o", each]), "git@127.0.0.1", command];
  const env = { PATH: process.env["PATH"], SSH_ASKPASS: askPass, SSH_ASKPASS_REQUIRE: "force" };
  const clone = async () => {
    while (!isOver.aborted) {
      const ssh = spawn("ssh", args, { env, stdio: ["pipe", "pipe", "inherit"] });
      ssh.stdin.end(wish(commit));
      ssh.stdout.resume();
      const [code] = await once(ssh, "close");
      if (code !== 0) throw new Error(`a clone over SSH ended with ${code}`);
    }
  };
  await Promise.all(Array.from({ length: CLONES }, clone));
}

function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}
