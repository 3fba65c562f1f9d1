/** How the periodic jobs of the service are done: what each is, and how often, is in `chore-list.ts`. */
import { sweepTokens } from "../access-tokens/sweep-tokens.ts";
import { sweepSignInLinks } from "../authentication/sweep-sign-in-links.ts";
import { sweepWebSessions } from "../authentication/sweep-web-sessions.ts";
import { settlePushes } from "../git-repositories/settle-pushes.ts";
import { sweepRepositories } from "../git-repositories/sweep-repositories.ts";
import { forgetManifests } from "../images/forget-manifests.ts";
import { sweepRefreshTokens } from "../refresh-tokens/sweep-refresh-tokens.ts";
import { forgetRegistryEvents } from "../registry/forget-registry-events.ts";
import { sweepSshKeys } from "../ssh-keys/sweep-ssh-keys.ts";
import { type ChoreDescription, OWN_CHORES, SHARED_CHORES } from "./chore-list.ts";
import type { Container } from "./container.ts";
import { renewOperatorToken } from "./operator-token.ts";
import type { Chore } from "./run-chores.ts";

/** All periodic jobs of a service that is one process. */
export function chores(container: Container): readonly Chore[] {
  return [...ownChores(container), ...sharedChores(container)];
}

/** What each of several workers does for itself: it is about what the process holds in memory. */
export function ownChores(container: Container): readonly Chore[] {
  const { signingKeys, lockout, deferredNotes, initialPassword, database } = container;
  return withWork(OWN_CHORES, {
    // Another process may have rotated the leaf key, or this one has to rotate it now.
    "refresh the signing key": () => signingKeys.refresh(),
    "forget remembered sign-ins that failed": async () => lockout.tidyMemory(),
    "write what requests noted": () => Promise.all(deferredNotes.map((notes) => notes.flush())),
    "see whether a full disk has room again": () => database.checkDisk(),
    // Whoever took the first sign-in knows of it.
    "tidy up the initial password": () => initialPassword.tidy(),
  });
}

/** What one of several workers does for all. */
export function sharedChores(container: Container): readonly Chore[] {
  return withWork(SHARED_CHORES, {
    "forget old failed sign-ins": () => container.lockout.forgetOldFailures(),
    "renew the operator's token": () => renewOperatorToken(container),
    // Records expiries, and deletes bots all of whose tokens have long been inactive.
    "sweep tokens": () => sweepTokens(container),
    "sweep refresh tokens": () => sweepRefreshTokens(container),
    "sweep SSH keys": () => sweepSshKeys(container),
    "sweep web sessions": () => sweepWebSessions(container),
    "sweep sign-in links": () => sweepSignInLinks(container),
    "read the registry's catalog": () => container.catalogReader.readIfDue(),
    "forget what was read of images": () => forgetManifests(container),
    "settle pushes by Git": () => settlePushes(container),
    "tidy up Git repositories": () => sweepRepositories(container),
    "forget old reports of registries": () => forgetRegistryEvents(container),
  });
}

/** Each described chore with its work: the types see to it that none lacks any. */
function withWork<Name extends string>(
  described: Readonly<Record<Name, ChoreDescription>>,
  work: Readonly<Record<Name, () => Promise<unknown>>>,
): readonly Chore[] {
  const names = Object.keys(described) as Name[];
  return names.map((name) => ({ name, everyMs: described[name].everyMs, run: work[name] }));
}
