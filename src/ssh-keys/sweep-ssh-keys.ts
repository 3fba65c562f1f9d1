/** Removes SSH keys that are accepted never again. Several replicas may do it at once: each takes other rows. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { endDeadKeys } from "./end-ssh-keys.ts";

/** How many rows one transaction handles, since it holds its locks until it ends. */
const BATCH = 100;

/**
 * Removes the keys that are expired, or whose access token has ended, and records each; returns how many.
 *
 * @see docs/spec/git.md "SSH keys"
 */
export async function sweepSshKeys({ database, clock }: UseCaseServices): Promise<number> {
  const at = clock.now();
  for (let total = 0; ; ) {
    const swept = await database.transaction((em) => endDeadKeys(em, BATCH, at));
    total += swept;
    if (swept < BATCH) return total;
  }
}
