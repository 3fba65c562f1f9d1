/** The periodic jobs of the service: the place to add an hourly or a nightly one. */
import { sweepTokens } from "../access-tokens/sweep-tokens.ts";
import { sweepSignInLinks } from "../authentication/sweep-sign-in-links.ts";
import { sweepWebSessions } from "../authentication/sweep-web-sessions.ts";
import { sweepRefreshTokens } from "../refresh-tokens/sweep-refresh-tokens.ts";
import { forgetRegistryEvents } from "../registry/forget-registry-events.ts";
import type { Container } from "./container.ts";
import { renewOperatorToken } from "./operator-token.ts";
import type { Chore } from "./run-chores.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** All periodic jobs of a service that is one process. */
export function chores(container: Container): readonly Chore[] {
  return [...ownChores(container), ...sharedChores(container)];
}

/** What each of several workers does for itself: it is about what the process holds in memory. */
export function ownChores(container: Container): readonly Chore[] {
  const { signingKeys, lockout, deferredNotes, initialPassword, database } = container;
  return [
    // Another process may have rotated the leaf key, or this one has to rotate it now.
    { name: "refresh the signing key", everyMs: 10 * SECOND_MS, run: () => signingKeys.refresh() },
    { name: "forget remembered sign-ins that failed", everyMs: MINUTE_MS, run: async () => lockout.tidyMemory() },
    {
      name: "write what requests noted",
      everyMs: 5 * SECOND_MS,
      run: () => Promise.all(deferredNotes.map((notes) => notes.flush())),
    },
    { name: "see whether a full disk has room again", everyMs: 5 * SECOND_MS, run: () => database.checkDisk() },
    // Whoever took the first sign-in knows of it.
    { name: "tidy up the initial password", everyMs: 5 * SECOND_MS, run: () => initialPassword.tidy() },
  ];
}

/** What one of several workers does for all. */
export function sharedChores(container: Container): readonly Chore[] {
  return [
    { name: "forget old failed sign-ins", everyMs: MINUTE_MS, run: () => container.lockout.forgetOldFailures() },
    { name: "renew the operator's token", everyMs: MINUTE_MS, run: () => renewOperatorToken(container) },
    // Records expiries, and deletes bots all of whose tokens have long been inactive.
    { name: "sweep tokens", everyMs: 10 * MINUTE_MS, run: () => sweepTokens(container) },
    { name: "sweep refresh tokens", everyMs: HOUR_MS, run: () => sweepRefreshTokens(container) },
    { name: "sweep web sessions", everyMs: HOUR_MS, run: () => sweepWebSessions(container) },
    { name: "sweep sign-in links", everyMs: HOUR_MS, run: () => sweepSignInLinks(container) },
    { name: "forget old reports of registries", everyMs: HOUR_MS, run: () => forgetRegistryEvents(container) },
  ];
}
