/** Records pushes by Git, without a repository. */

import type { PushData } from "../../src/events/push-data.ts";
import { recordEvent } from "../../src/events/record-event.ts";
import type { Actor } from "../../src/principals/principal.ts";
import type { TestService } from "./service.ts";

/** A push of three commits to `main`. */
export const PUSH: PushData = {
  action: "pushed",
  refType: "branch",
  ref: "main",
  refCount: null,
  commitCount: 3,
  commitFrom: "a".repeat(40),
  commitTo: "b".repeat(40),
  commitTitle: "Fix the build",
};

/** What of a push is otherwise where it is of five refs. */
export const OF_FIVE = {
  ref: null,
  refCount: 5,
  commitCount: 0,
  commitFrom: null,
  commitTo: null,
  commitTitle: null,
} as const satisfies Partial<PushData>;

/** Who pushed, to which project, and what of the push is not as in {@link PUSH}. */
export interface RecordedPush extends Partial<PushData> {
  readonly by: Actor;
  readonly projectId: number;
}

/** Records a push that happens now. */
export async function recordPush(
  { container, clock }: Pick<TestService, "container" | "clock">,
  { by, projectId, ...push }: RecordedPush,
): Promise<void> {
  const event = { by, push: { ...PUSH, ...push }, projectId, at: clock.now() };
  await container.database.transaction((em) => recordEvent(em, event));
}
