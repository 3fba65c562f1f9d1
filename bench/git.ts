/** What the token endpoint's callers feel of three machines that clone over HTTP, one clone after the other. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { measureBeside } from "./beside.ts";
import { Client } from "./load/client.ts";
import type { Row } from "./report.ts";
import { LISTED_PROJECT, seed } from "./seed.ts";
import { directoriesIn, ROOT_PASSWORD, type Server, startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const PROJECTS = 100;
const CLONES = 3;

/** What is cloned: files that cannot be compressed, so that their size is that of the answer. */
const FILES = 40;
const FILE_BYTES = 512 * 1024;

/** The rows that the token endpoint has alone, and beside clones. */
export const TOKENS_WITHOUT_GIT = "PostgreSQL: repeated, at 500/s, while nobody clones";
export const TOKENS_BESIDE_GIT = `PostgreSQL: repeated, at 500/s, beside ${CLONES} clones over HTTP`;

/** Measures the token endpoint with clones and without; a row for each. */
export function measureGit({ client, directory, postgres, say }: Setting): Promise<Row[]> {
  return withServers(async (started) => {
    say(`git: pushing a repository of ${(FILES * FILE_BYTES) / 1024 / 1024} MiB`);
    const url = await postgres.createDatabase("git");
    const environment = { ...directoriesIn(directory, "git"), DATABASE_URL: url };
    const cloning = new Client();
    try {
      const tokens = await seed(environment, PROJECTS);
      const server = await started(startKeyside(environment));
      const commit = await pushRepository(join(directory, "code"), server);
      say("git: measuring");
      return await measureBeside({
        client,
        server,
        tokens,
        names: { alone: TOKENS_WITHOUT_GIT, beside: TOKENS_BESIDE_GIT },
        others: {
          client: cloning,
          order: { port: server.port, requests: [cloneRequest(commit)], statuses: [200], connections: CLONES },
        },
      });
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

/** A whole clone as one request. @see git `Documentation/gitprotocol-pack.txt` */
function cloneRequest(commit: string): string {
  const body = `${packet(`want ${commit} ofs-delta side-band-64k no-progress\n`)}0000${packet("done\n")}`;
  const head = [
    `POST ${REPOSITORY}/git-upload-pack HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: ${AUTHORIZATION}`,
    "Content-Type: application/x-git-upload-pack-request",
    `Content-Length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}
