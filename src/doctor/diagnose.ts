/**
 * Examines a running pair of service and registry: plays what Docker clients do with a throw-away token, step by step, and
 * names the cause of the first step that fails.
 */
import { awaitNotification, readNotificationsBefore } from "./await-notification.ts";
import { checkChallenge, checkService } from "./check-pair.ts";
import { StepFailure, StepSkipped } from "./failure.ts";
import type { KnownRegistry } from "./known-registry.ts";
import { CLIENT_STEPS } from "./play-client.ts";
import type { MakeThrowAwayProject } from "./throw-away-project.ts";

/** The service and the registry that are examined. */
export interface ExaminedPair {
  /** As clients reach it. */
  readonly serviceUrl: string;
  readonly registryUrl: string;
  readonly makeProject: MakeThrowAwayProject;
  /** The registry's configuration, where it can be read. */
  readonly registry: KnownRegistry | undefined;
  /** `REGISTRY_NOTIFICATION_SECRET`, where it is known. */
  readonly notificationSecret: string | undefined;
}

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
  const { serviceUrl, registryUrl, makeProject, registry, notificationSecret } = pair;

  const service = await examine(`Keyside answers at ${serviceUrl}`, () => checkService(serviceUrl));
  yield service.finding;
  if (service.finding.outcome === "failed") return;

  const sent = await examine(`the registry at ${registryUrl} sends its clients to Keyside`, () =>
    checkChallenge(registryUrl, serviceUrl),
  );
  yield sent.finding;
  if (sent.result === undefined) return;

  const made = await examine("an administrator creates a project to test with", makeProject);
  yield made.finding;
  if (made.result === undefined) return;

  const project = made.result;
  try {
    const before = await readNotificationsBefore(serviceUrl, notificationSecret);
    const session = { registryUrl, registryAuth: registry?.auth, challenge: sent.result, project };
    const steps = [
      ...CLIENT_STEPS.map(([step, work]) => [step, () => work(session)] as const),
      [
        "the registry reports to Keyside",
        () => awaitNotification(serviceUrl, project, before, registry?.endpoints),
      ] as const,
    ];
    for (const [step, work] of steps) {
      const { finding } = await examine(step, work);
      yield finding;
      if (finding.outcome === "failed") return;
    }
  } finally {
    await project.remove();
  }
}

async function examine<Result>(step: string, work: () => Promise<Result>): Promise<ExaminedStep<Result>> {
  try {
    return { finding: { step, outcome: "ok" }, result: await work() };
  } catch (error) {
    if (error instanceof StepFailure) return { finding: { step, outcome: "failed", why: error.message } };
    if (error instanceof StepSkipped) return { finding: { step, outcome: "skipped", why: error.message } };
    throw error;
  }
}
