/**
 * Repositories for tests, written as a stream of `git fast-import`, so that names, dates and bytes can be anything, and pushed by
 * the real git over HTTP.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandEnd, runToEnd } from "./running-command.ts";
import type { TestService } from "./service.ts";

/** What a test may choose of a commit. */
export interface ImportedCommit {
  readonly message?: string | Buffer;
  /** Their contents by their paths; in bytes where a path is no text. */
  readonly files?: readonly (readonly [path: string | Buffer, content: string | Buffer, mode?: string])[];
  /** Git's raw form: `1767268800 +0100`. */
  readonly at?: string;
  readonly author?: string;
  /** A branch or a mark that it comes after; else the branch's last. */
  readonly from?: string;
  readonly merge?: string;
}

/** Noon on the first day of 2026, in UTC. */
export const NOON = "1767268800 +0000";

/** The stream of a repository. */
export class RepositoryScript {
  readonly #parts: Buffer[] = [];

  /** Adds a commit to a branch: its short name, or a full one that begins with `refs/`. */
  commit(
    branch: string,
    { message = "A commit\n", files = [], at = NOON, author, from, merge }: ImportedCommit = {},
  ): this {
    const ref = branch.startsWith("refs/") ? branch : `refs/heads/${branch}`;
    this.#line(`commit ${ref}`);
    this.#line(`author ${author ?? "Ann Author <ann@example.com>"} ${at}`);
    this.#line(`committer Carl Committer <carl@example.com> ${at}`);
    this.#data(message);
    if (from !== undefined) this.#line(`from ${from}`);
    if (merge !== undefined) this.#line(`merge ${merge}`);
    for (const [path, content, mode = "100644"] of files) {
      this.#add(`M ${mode} inline "${quote(path)}"\n`);
      this.#data(content);
    }
    return this;
  }

  /** Adds a tag with a message. */
  tag(name: string, from: string, message: string): this {
    this.#line(`tag ${name}`);
    this.#line(`from ${from}`);
    this.#line(`tagger Tina Tagger <tina@example.com> ${NOON}`);
    this.#data(message);
    return this;
  }

  /** Adds a tag without a message, or lets a branch name a commit. */
  ref(name: string, from: string): this {
    this.#line(`reset ${name}`);
    this.#line(`from ${from}`);
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #line(text: string): void {
    this.#add(`${text}\n`);
  }

  #data(content: string | Buffer): void {
    const bytes = Buffer.from(content);
    this.#add(`data ${bytes.length}\n`);
    this.#parts.push(bytes);
    this.#add("\n");
  }

  #add(text: string): void {
    this.#parts.push(Buffer.from(text, "latin1"));
  }
}

/** As git quotes paths: every byte in octal. */
function quote(path: string | Buffer): string {
  return [...Buffer.from(path)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** A repository on this machine that pushes to a project. */
export interface ImportedRepository {
  /** Adds to it what a script says. */
  write(script: RepositoryScript): Promise<void>;
  /** Pushes: all branches and tags, unless told otherwise. */
  push(...refspecs: readonly string[]): Promise<void>;
  /** Runs git in it, and answers what it printed, without the last line's end. */
  git(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a repository with a script, and pushes it to a project of its path. */
export async function pushRepository(
  service: Pick<TestService, "url">,
  { path, secret }: { readonly path: string; readonly secret: string },
  script: RepositoryScript,
): Promise<ImportedRepository> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-imported-"));
  const address = Object.assign(new URL(`${service.url}/${path}.git`), { username: "any", password: secret }).href;
  const run = async (args: readonly string[], input: Buffer | string = ""): Promise<CommandEnd> => {
    const end = await runToEnd(["git", ...args], { directory, input, environment: GIT_ENVIRONMENT });
    if (end.code !== 0) throw new Error(`git ${args.join(" ")}: ${end.code} ${end.stderr}`);
    return end;
  };
  const repository: ImportedRepository = {
    async write(more) {
      await run(["fast-import", "--quiet", "--force", "--date-format=raw-permissive"], more.bytes());
    },
    async push(...refspecs) {
      const wanted = refspecs.length === 0 ? ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"] : refspecs;
      await run(["push", "--quiet", address, ...wanted]);
    },
    git: async (...args) => (await run(args)).stdout.trimEnd(),
    remove: () => rm(directory, { recursive: true }),
  };
  try {
    await run(["init", "--quiet", "--bare", "--initial-branch=main"]);
    await repository.write(script);
    await repository.push();
  } catch (error) {
    await repository.remove();
    throw error;
  }
  return repository;
}

/** No setting of this machine plays a part, and nobody is asked for a password. */
const GIT_ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
};
