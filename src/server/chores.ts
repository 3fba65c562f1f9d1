/** The periodic jobs of the service: the place to add an hourly or a nightly one. */
import { sweepTokens } from "../access-tokens/sweep-tokens.ts";
import type { Container } from "./container.ts";
import type { Chore } from "./run-chores.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** All periodic jobs of a service. */
export function chores(container: Container): readonly Chore[] {
  const { signingKeys, lockout, lastUse, database } = container;
  return [
    // Another process may have rotated the leaf key, or this one has to rotate it now.
    { name: "refresh the signing key", everyMs: MINUTE_MS, run: () => signingKeys.refresh() },
    { name: "forget old failed sign-ins", everyMs: MINUTE_MS, run: () => lockout.forgetOldFailures() },
    { name: "write the last use of tokens", everyMs: 5 * SECOND_MS, run: () => lastUse.flush() },
    { name: "see whether a full disk has room again", everyMs: 5 * SECOND_MS, run: () => database.checkDisk() },
    // Records expiries, and deletes bots all of whose tokens have long been inactive.
    { name: "sweep tokens", everyMs: 10 * MINUTE_MS, run: () => sweepTokens(container) },
  ];
}
