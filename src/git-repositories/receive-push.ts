/** What the hooks of a push ask: whether it may go on, and that it be recorded. */
import { UnavailableError } from "../errors.ts";
import type { Actor } from "../principals/principal.ts";
import { isDeletion, type RefUpdate, refusePush } from "./decide-updates.ts";
import type { ProjectRepository } from "./find-repository.ts";
import { type GitServices, requireGit } from "./git-services.ts";
import type { HookQuestion } from "./hook-channel.ts";
import { beginPush } from "./push-record.ts";
import { recordPush } from "./record-push.ts";
import { askGit, runGit } from "./run-git.ts";
import { settlePush } from "./settle-pushes.ts";

/** Who pushes, and what their rights are: asked again when all has been sent, since that may take an hour. */
export interface Pusher {
  readonly by: Actor;
  readonly repository: ProjectRepository;
}

/** A push under way. */
export class PushUnderWay {
  readonly #services: GitServices;
  readonly #directory: string;
  readonly #authorize: () => Promise<Pusher>;
  /** Of its row, once there is one. */
  #id: number | undefined;

  /**
   * @param authorize authenticates the pusher and decides on the push anew
   */
  constructor(services: GitServices, directory: string, authorize: () => Promise<Pusher>) {
    this.#services = services;
    this.#directory = directory;
    this.#authorize = authorize;
  }

  /** Whether it may go on, and is to be recorded. */
  get isAccepted(): boolean {
    return this.#id !== undefined;
  }

  /** Why a hook is to refuse, as a sentence; undefined when it may go on. */
  async answer({ hook, quarantine, updates }: HookQuestion): Promise<string | undefined> {
    return hook === "pre" ? await this.#judge(updates, quarantine) : await this.#record(updates);
  }

  /** To be called when git has ended: whatever it did without saying so is found out. */
  async settle(): Promise<void> {
    if (this.#id !== undefined) await settlePush(this.#services, { id: this.#id, directory: this.#directory });
  }

  async #judge(updates: readonly RefUpdate[], quarantine: string | undefined): Promise<string | undefined> {
    if (updates.length === 0) return undefined;
    // 1. Whoever was let in when the push began may have lost their rights since.
    const { by, repository } = await this.#authorize();
    // 2. The rules of branches and tags.
    const refusal = await refusePush(updates, {
      accessLevel: repository.accessLevel,
      protection: this.#services.config.git.defaultBranchProtection,
      defaultBranch: repository.defaultBranch,
      isForward: (update) => this.#isForward(update, quarantine),
    });
    if (refusal !== undefined) return refusal;
    // 3. Room.
    const full = await this.#refuseFull(updates);
    if (full !== undefined) return full;
    // 4. The row that is there before anything changes.
    const { database, clock } = this.#services;
    const { projectId } = repository;
    this.#id = await database.transaction((em) => beginPush(em, { projectId, by, updates, at: clock.now() }));
    return undefined;
  }

  async #record(updates: readonly RefUpdate[]): Promise<string | undefined> {
    if (this.#id === undefined) return undefined;
    await recordPush(this.#services, { id: this.#id, directory: this.#directory, updates });
    return undefined;
  }

  /** The new commits lie in quarantine still: without it git does not know them. */
  async #isForward({ from, to }: RefUpdate, quarantine: string | undefined): Promise<boolean> {
    const directory = this.#directory;
    const variables =
      quarantine === undefined
        ? {}
        : { GIT_OBJECT_DIRECTORY: quarantine, GIT_ALTERNATE_OBJECT_DIRECTORIES: `${directory}/objects` };
    const args = ["merge-base", "--is-ancestor", from, to];
    const { code, stderr } = await runGit(requireGit(this.#services), { directory, args, variables });
    if (code === 0 || code === 1) return code === 0;
    throw new UnavailableError("git could not compare two commits", { detail: stderr });
  }

  async #refuseFull(updates: readonly RefUpdate[]): Promise<string | undefined> {
    const { maximumRepositoryBytes: maximum } = this.#services.config.git;
    if (maximum === undefined || updates.every(isDeletion)) return undefined;
    const output = await askGit(requireGit(this.#services), {
      directory: this.#directory,
      args: ["count-objects", "-v"],
    });
    const kib = [...output.matchAll(/^size(?:-pack)?: (\d+)$/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
    if (kib * 1024 < maximum) return undefined;
    const mib = (bytes: number) => Math.floor(bytes / 1024 / 1024);
    return `this repository has ${mib(kib * 1024)} MiB, and may have ${mib(maximum)}: nothing but deletions is accepted.`;
  }
}
