/**
 * Opens a project's repository for a caller of the API: a numbered pipeline, which every call that reads goes through. Nothing
 * is started before it is known that they may.
 */
import type { Sender } from "../../authentication/sender.ts";
import { ClientGoneError, ForbiddenError, KeysideError, NotFoundError, UnavailableError } from "../../errors.ts";
import type { Metrics } from "../../metrics.ts";
import type { ResourceId } from "../../namespaces/path.ts";
import { describeLevel, NO_ACCESS } from "../../principals/access-level.ts";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import { decideReading } from "../decide-access.ts";
import type { GitProgram } from "../find-git.ts";
import { findVisibleRepository, type ProjectRepository } from "../find-repository.ts";
import { type GitServices, requireGit } from "../git-services.ts";
import { callerOf } from "../git-turns.ts";

/** What reading needs. */
export interface ReadingServices extends GitServices {
  readonly metrics: Pick<Metrics, "gitOperations" | "gitDuration" | "gitBytes">;
}

/** Who wants to read which project's repository. */
export interface Reader {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  readonly sender: Pick<Sender, "address" | "signal">;
}

/** A repository that the caller may read. Where nothing was pushed yet, it is one without anything. */
export interface OpenRepository {
  readonly project: ProjectRepository;
  readonly directory: string;
  readonly program: GitProgram;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** How reading ended, in the words of the metrics. */
export type ReadingOutcome = "done" | "failed" | "gone";

/** A repository, and a turn at it. */
export interface Opened {
  readonly repository: OpenRepository;
  /** Gives the turn back, once, and counts; `bytes` were sent as they came. */
  readonly release: (outcome: ReadingOutcome, bytes?: number) => void;
}

/**
 * Decides whether the caller may read, and waits for their turn.
 *
 * @throws NotFoundError when there is no such project, or it is hidden from the caller
 * @throws ForbiddenError when the caller's level is too low
 * @throws UnavailableError when git is missing, or too many operations are under way
 * @see docs/spec/git.md "Reading through the API"
 */
export async function openRepository(
  services: ReadingServices,
  { caller, project: id, sender }: Reader,
): Promise<Opened> {
  const { database, repositories, gitTurns, metrics } = services;
  // 1. Which project, and what is the caller in it? One statement.
  const project = await findVisibleRepository(database.em(), caller, id);
  // 2. The policy decides.
  const decision = decideReading(caller, project);
  if (decision.kind === "level") {
    const own = decision.own === NO_ACCESS ? "none" : describeLevel(decision.own);
    const needed = describeLevel(decision.needed);
    throw new ForbiddenError(`to read the repository takes the level ${needed} in this project, and yours is ${own}`);
  }
  if (decision.kind !== "allowed" || project === undefined) throw new NotFoundError("Project");
  // 3. Git, and a turn.
  const program = requireGit(services);
  const giveBack = await gitTurns.take(callerOf(caller, sender.address), sender.signal);
  const start = performance.now();
  const release: Opened["release"] = (result, bytes = 0) => {
    giveBack();
    metrics.gitOperations.inc({ kind: "read", result });
    metrics.gitDuration.observe({ kind: "read" }, (performance.now() - start) / 1000);
    metrics.gitBytes.inc({ direction: "sent" }, bytes);
  };
  try {
    // 4. Its directory.
    const directory = await repositories.findOrEmpty(program, project.key);
    return { repository: { project, directory, program, signal: sender.signal }, release };
  } catch (error) {
    release("failed");
    throw error;
  }
}

/** What an error says of how reading ended: what is not there was looked for, and that is done. */
export function outcomeOf(error: unknown): ReadingOutcome {
  if (error instanceof ClientGoneError) return "gone";
  return error instanceof KeysideError && !(error instanceof UnavailableError) ? "done" : "failed";
}
