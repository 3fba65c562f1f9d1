/**
 * Where repositories lie: a directory for each, named by a random key and by nothing that a client says. Whoever moves or
 * deletes a project moves nothing here, and a new database over old data finds none of the old code.
 *
 * @see docs/spec/git.md "On disk"
 */
import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { UnavailableError } from "../errors.ts";
import type { IdSource } from "../ids.ts";
import type { GitProgram } from "./find-git.ts";
import { askGit } from "./run-git.ts";

/** What a store needs. */
export interface StoreServices {
  /** Absolute. */
  readonly directory: string;
  readonly clock: Clock;
  readonly ids: Pick<IdSource, "hex">;
}

/** A directory in the store. */
export interface StoredEntry {
  readonly path: string;
  /** Of a repository; undefined for one that is being made, or was when its maker ended. */
  readonly key: string | undefined;
  readonly changedAt: Date;
}

/** The branch that HEAD names until something is pushed. */
export const INITIAL_BRANCH = "main";

const KEY = /^[0-9a-f]{32}$/;
const REPOSITORY = /^([0-9a-f]{32})\.git$/;
const SHELF = /^[0-9a-f]{2}$/;
const TRASH = "trash";
const EMPTY = "empty.git";

/** The directory of all repositories. */
export class RepositoryStore {
  readonly #services: StoreServices;
  #empty: Promise<void> | undefined;

  constructor(services: StoreServices) {
    this.#services = services;
  }

  /**
   * The directory of a repository; undefined as long as nothing was pushed to it.
   *
   * @throws UnavailableError when the store cannot be read
   */
  async find(key: string): Promise<string | undefined> {
    const path = this.#pathOf(key);
    return (await this.#isDirectory(path)) ? path : undefined;
  }

  /**
   * The directory of a repository, made where there is none. Of several who make it at once, all get the same.
   *
   * @throws UnavailableError when it cannot be made
   */
  async findOrCreate(program: GitProgram, key: string): Promise<string> {
    const path = this.#pathOf(key);
    if (!(await this.#isDirectory(path))) await this.#make(program, path);
    return path;
  }

  /**
   * A repository without anything, for all projects to which nothing was pushed.
   *
   * @throws UnavailableError when it cannot be made
   */
  async empty(program: GitProgram): Promise<string> {
    const path = join(this.#services.directory, EMPTY);
    if (await this.#isDirectory(path)) return path;
    this.#empty ??= this.#make(program, path).finally(() => {
      this.#empty = undefined;
    });
    await this.#empty;
    return path;
  }

  /**
   * The directory to read a repository in: as long as nothing was pushed to it, that of the empty one.
   *
   * @throws UnavailableError when it cannot be read
   */
  async findOrEmpty(program: GitProgram, key: string): Promise<string> {
    return (await this.find(key)) ?? (await this.empty(program));
  }

  /** Takes a repository away: it lies in the trash for a while. Does nothing where there is none. */
  async discard(key: string): Promise<void> {
    await this.moveToTrash(this.#pathOf(key));
  }

  /** Moves a directory to the trash. Does nothing where there is none. */
  async moveToTrash(path: string): Promise<void> {
    const { directory, clock, ids } = this.#services;
    const trash = join(directory, TRASH);
    await mkdir(trash, { recursive: true, mode: 0o700 });
    // The date in its name is that of its coming there: what is in it is as old as it is.
    const name = `${clock.now().toISOString().replaceAll(":", "")}-${ids.hex(4)}`;
    await rename(path, join(trash, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }

  /** Deletes for good what came to the trash before a moment. */
  async emptyTrash(before: Date): Promise<void> {
    const limit = before.toISOString().replaceAll(":", "");
    for (const { name } of await list(join(this.#services.directory, TRASH)))
      if (name < limit) await rm(join(this.#services.directory, TRASH, name), { recursive: true, force: true });
  }

  /** All directories but the trash and the empty repository. */
  async *entries(): AsyncGenerator<StoredEntry> {
    const { directory } = this.#services;
    for (const shelf of await list(directory)) {
      if (!SHELF.test(shelf.name)) continue;
      for (const { name } of await list(join(directory, shelf.name))) {
        const path = join(directory, shelf.name, name);
        const found = await lstat(path).catch(() => undefined);
        if (found !== undefined) yield { path, key: REPOSITORY.exec(name)?.[1], changedAt: found.mtime };
      }
    }
  }

  /** Never of anything but a key: so nothing that a client says becomes a path. */
  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error("a repository's key is 32 hexadecimal digits");
    return join(this.#services.directory, key.slice(0, 2), `${key}.git`);
  }

  /** A link is no repository, wherever it leads. */
  async #isDirectory(path: string): Promise<boolean> {
    try {
      if ((await lstat(path)).isDirectory()) return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw unavailable(error);
    }
    throw unavailable(new Error(`${path} is not a directory`));
  }

  /** Made beside its place and moved there whole: who comes late finds it there, and takes it. */
  async #make(program: GitProgram, path: string): Promise<void> {
    const beside = `${path}.${this.#services.ids.hex(8)}`;
    try {
      await mkdir(this.#services.directory, { recursive: true, mode: 0o700 });
      await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
      const args = ["init", "--quiet", "--bare", "--template=", `--initial-branch=${INITIAL_BRANCH}`];
      await askGit(program, { directory: beside, args });
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { recursive: true, force: true }).catch(() => {});
      if (!(await this.#isDirectory(path))) throw unavailable(error);
    }
  }
}

async function list(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function unavailable(cause: unknown): UnavailableError {
  const reason = cause instanceof UnavailableError ? cause.detail : String(cause);
  return new UnavailableError(
    "The directory of the Git repositories cannot be read or written where Keyside runs: see Keyside's log, and mend it",
    { cause, detail: reason },
  );
}
