/**
 * The stage for tests of real clients of Git: Keyside with a group, in which each test makes its own projects. Knows no client.
 * Everything of it is gone after `close`.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "./git-client.ts";
import { startTestService, type TestService, type TestServiceOptions } from "./service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "./world.ts";

/** A user name and a secret, as a client takes them. */
export interface GitCredentials {
  readonly username: string;
  readonly password: string;
}

/** A project without a repository, and what its clients use. */
export interface GitProject {
  readonly id: number;
  /** Where its repository is, without credentials. */
  readonly url: string;
  /** A Maintainer's with `write_repository`. */
  readonly writer: ProjectAccessToken;
  /** All refs that the repository has, HEAD too, each with its commit; asked for by a client that no test is about. */
  refs(): Promise<Readonly<Record<string, string>>>;
}

export interface GitStage {
  readonly service: TestService;
  createProject(visibility?: "private" | "internal" | "public"): Promise<GitProject>;
  /** A path at which nothing is yet, for a client's own files. */
  path(): string;
  close(): Promise<void>;
}

/** Opens a stage of its own for the caller. */
export async function openGitStage(options: TestServiceOptions = {}): Promise<GitStage> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "keyside-git-")));
  const service = await startTestService(options);
  const group = await createGroup(service, "stage");
  await enableProjectAccessTokens(service);
  return {
    service,
    async createProject(visibility = "private") {
      // Not of digits alone: a number would be taken for an id.
      const path = `p${randomBytes(6).toString("hex")}`;
      const id = await createProject(service, group, path, { visibility });
      const url = `${service.url}/stage/${path}.git`;
      const writer = await createProjectAccessToken(service, id, { scopes: ["write_repository"] });
      return { id, url, writer, refs: () => listRefs(directory, url, writer.secret) };
    },
    path: () => join(directory, randomBytes(6).toString("hex")),
    async close() {
      await service.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** The URL with credentials in it, as git takes them. */
export function withCredentials(url: string, credentials: GitCredentials | undefined): string {
  const whole = new URL(url);
  if (credentials !== undefined) Object.assign(whole, credentials);
  return whole.href;
}

/** In one request. */
async function listRefs(directory: string, url: string, secret: string): Promise<Record<string, string>> {
  const settings = ["-c", "protocol.version=0", "-c", `http.extraHeader=PRIVATE-TOKEN: ${secret}`];
  const { code, stdout, stderr } = await git(directory, [...settings, "ls-remote", url]);
  if (code !== 0) throw new Error(stderr);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split("\t").reverse()));
}
