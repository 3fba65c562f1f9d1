/** What the doctor says of an answer: whether it is the one expected, and its words for any other. */
import type { Reply } from "../http/ask.ts";
import { StepFailure } from "./failure.ts";

/** How much of what somebody else says is quoted. */
const QUOTED_CHARACTERS = 200;

/** @throws StepFailure when there is no answer, or it has another status */
export function expectStatus(reply: Reply, status: number): void {
  if (!reply.answered || reply.status !== status) throw new StepFailure(describeReply(reply));
}

/** A reply in words: its status and message, or that there is none. */
export function describeReply(reply: Reply): string {
  if (!reply.answered) return `host not reachable: ${reply.why}`;
  const message = firstMessage(reply.body);
  return `it answers ${reply.status}${message === "" ? "" : `: ${message}`}`;
}

/** The first message in an error body of the registry's form, or the beginning of any other body. */
export function firstMessage(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors: { message: unknown }[] };
    const message = errors[0]?.message;
    return quoted(typeof message === "string" ? message : body);
  } catch {
    return quoted(body);
  }
}

/** What somebody else says, as far as it is repeated. */
export function quoted(text: string): string {
  return text.slice(0, QUOTED_CHARACTERS);
}
