/**
 * Examines a running pair of service and registry: plays what Docker clients do with a throw-away token, step by step, and
 * names the cause of the first step that fails.
 */
import { awaitNotification, readNotificationsBefore } from "./await-notification.ts";
import { checkGit } from "./check-git.ts";
import { checkChallenge, checkService } from "./check-pair.ts";
import { checkSsh } from "./check-ssh.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure, StepSkipped } from "./failure.ts";
import { CLIENT_STEPS } from "./play-client.ts";

/** One step: what was tried, what became of it, and why it failed or was left out. */
export interface Finding {
  readonly step: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly why?: string;
}

/** A finding, and what the step returned if it ended well. */
interface ExaminedStep<Result> {
  readonly finding: Finding;
  readonly result?: Result;
}

/** Examines the pair, step by step; the last finding is the one that failed, if any did. */
export async function* diagnose(pair: ExaminedPair): AsyncGenerator<Finding> {
  const { service, registry, makeProject, signal } = pair;
  const step = <Result>(name: string, work: () => Promise<Result>) => examine(name, work, signal);

  const answers = await step(`Keyside answers at ${service.reachedAt}`, () => checkService(pair));
  yield answers.finding;
  if (answers.finding.outcome === "failed") return;

  const sent = await step(`the registry at ${registry.reachedAt} sends its clients to Keyside`, () =>
    checkChallenge(pair),
  );
  yield sent.finding;
  if (sent.result === undefined) return;

  const made = await step("an administrator creates a project to test with", makeProject);
  if (made.result === undefined) return yield made.finding;

  const project = made.result;
  try {
    yield made.finding;
    const before = await readNotificationsBefore(pair);
    const session = { pair, registryService: sent.result, project };
    for (const [name, work] of CLIENT_STEPS) {
      const { finding } = await step(name, () => work(session));
      yield finding;
      if (finding.outcome === "failed") return;
    }
    const reported = await step("the registry reports to Keyside", () => awaitNotification(pair, project, before));
    yield reported.finding;
    if (reported.finding.outcome === "failed") return;
    const git = await step("Git lets a token fetch and push", () => checkGit(pair, project));
    yield git.finding;
    const { sshUrl } = project;
    if (git.finding.outcome !== "ok" || sshUrl === null) return;
    yield (await step("Git over SSH answers", () => checkSsh(sshUrl))).finding;
  } finally {
    await project.remove();
  }
}

async function examine<Result>(
  step: string,
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<ExaminedStep<Result>> {
  try {
    return { finding: { step, outcome: "ok" }, result: await work() };
  } catch (error) {
    if (error instanceof StepFailure) {
      // Whatever it was that failed, it was since the time is over.
      const why = signal?.aborted === true ? (signal.reason as Error).message : error.message;
      return { finding: { step, outcome: "failed", why } };
    }
    if (error instanceof StepSkipped) return { finding: { step, outcome: "skipped", why: error.message } };
    throw error;
  }
}
