/** How a step ends otherwise than well, and what a registry's or the service's answer is called in words. */
import type { Reply } from "./registry-probe.ts";

/** A step failed; the message is the cause, in words. */
export class Failure extends Error {}

/** A step has nothing to examine; the message says why. */
export class Skipped extends Error {}

/** @throws Failure when the answer is none, or another than that */
export function expectStatus(reply: Reply, status: number): void {
  if (!reply.answered || reply.status !== status) throw new Failure(describeReply(reply));
}

/** A reply in words: its status and message, or that there is none. */
export function describeReply(reply: Reply): string {
  if (!reply.answered) return `host not reachable: ${reply.why}`;
  const message = firstMessage(reply.body);
  return `it answers ${reply.status}${message === "" ? "" : `: ${message}`}`;
}

/** The first message in an error body of the registry's form, or the beginning of whatever it is. */
export function firstMessage(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors: { message: string }[] };
    return errors[0]?.message ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
