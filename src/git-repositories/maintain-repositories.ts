/** Packs repositories after many pushes, one at a time and with less right to the machine than everything else. */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import type { GitProgram } from "./find-git.ts";
import type { GitServices } from "./git-services.ts";
import { gitEnvironment } from "./git-settings.ts";

/** Each push leaves a pack; with more than this, a fetch becomes slow, and `git gc --auto` makes one of them. */
const MAXIMUM_PACKS = 50;

/** As `nice -n 10`. */
const PRIORITY = 10;

/** The maintenance of one process. */
export class RepositoryMaintenance {
  readonly #services: Pick<GitServices, "foundGit" | "log">;
  readonly #oneAtATime = pLimit(1);
  readonly #wanted = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(services: Pick<GitServices, "foundGit" | "log">) {
    this.#services = services;
  }

  /** Looks after a repository to which something was pushed: at once, or once the one before is done. */
  pushed(directory: string): void {
    if (this.#wanted.has(directory) || this.#stopping.signal.aborted) return;
    this.#wanted.add(directory);
    void this.#oneAtATime(() => this.#lookAfter(directory)).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#services.log.error({ err: error }, "a repository could not be packed");
    });
  }

  /** Begins nothing more, and ends what is under way: git goes on from what there is the next time. */
  close(): void {
    this.#stopping.abort();
  }

  /** Resolves when nothing is under way. */
  async done(): Promise<void> {
    await this.#oneAtATime(() => undefined);
  }

  async #lookAfter(directory: string): Promise<void> {
    this.#wanted.delete(directory);
    const { program } = this.#services.foundGit;
    if (program === undefined || this.#stopping.signal.aborted) return;
    const names = await readdir(join(directory, "objects", "pack"));
    if (names.filter((name) => name.endsWith(".pack")).length <= MAXIMUM_PACKS) return;
    await this.#pack(program, directory);
  }

  /**
   * Git's own lock keeps replicas apart. Not `git maintenance run`: after a kill it finds its lock file and does nothing, for
   * ever, without saying so.
   */
  #pack({ path }: GitProgram, directory: string): Promise<void> {
    const env = gitEnvironment({
      path,
      directory,
      settings: [
        ["gc.auto", "6700"],
        ["gc.autoPackLimit", String(MAXIMUM_PACKS)],
        ["gc.autoDetach", "false"],
      ],
    });
    const child = spawn("git", [`--git-dir=${directory}`, "gc", "--auto", "--quiet"], {
      env,
      cwd: "/",
      stdio: "ignore",
      // A group of its own: what it starts is ended with it.
      detached: true,
    });
    const { pid } = child;
    const { signal } = this.#stopping;
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      if (pid === undefined) return;
      const onAbort = () => process.kill(-pid, "SIGTERM");
      signal.addEventListener("abort", onAbort, { once: true });
      child.once("close", (code) => {
        // Its number may be another's from now on.
        signal.removeEventListener("abort", onAbort);
        if (code === 0) resolve();
        else reject(new Error(`git gc ended with ${code}`));
      });
      setPriority(pid, PRIORITY);
    });
  }
}
