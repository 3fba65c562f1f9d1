/** Packs repositories after many pushes, one at a time and with less right to the machine than everything else. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { GitProgram } from "./find-git.ts";
import { startGroup } from "./git-group.ts";
import type { GitServices } from "./git-services.ts";

/** Each push leaves a pack; with more than this, a fetch becomes slow, and `git gc --auto` makes one of them. */
const MAXIMUM_PACKS = 50;

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
  async #pack(program: GitProgram, directory: string): Promise<void> {
    const { ended, signal } = startGroup(program, {
      args: [`--git-dir=${directory}`, "gc", "--auto", "--quiet"],
      directory,
      settings: [
        ["gc.auto", "6700"],
        ["gc.autoPackLimit", String(MAXIMUM_PACKS)],
        ["gc.autoDetach", "false"],
      ],
      stdio: "ignore",
    });
    const onAbort = () => signal("SIGTERM");
    const stopping = this.#stopping.signal;
    stopping.addEventListener("abort", onAbort, { once: true });
    const code = await ended.finally(() => stopping.removeEventListener("abort", onAbort));
    if (code !== 0) throw new Error(`git gc ended with ${code}`);
  }
}
