/** Warns before a signing certificate ends, while there is time to act. */
import type { SigningKeys } from "./signing-keys.ts";

const DAY_MS = 86_400_000;

/** A leaf is replaced 60 days before its end: one this close to it is not being replaced. */
const LEAF_WARNING_DAYS = 30;

/** A new CA has to reach every registry, and each be restarted. */
const CA_WARNING_DAYS = 180;

/** What an operator should know of the signing key's and the CA's end; empty when all is well. */
export function expiryWarnings(keys: Pick<SigningKeys, "current" | "caNotAfter">, now: Date): string[] {
  const left = (notAfter: Date) => Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  const leaf = keys.current().notAfter;
  const warnings: string[] = [];
  if (left(keys.caNotAfter) < CA_WARNING_DAYS) {
    warnings.push(
      `the CA in ca.crt ends on ${keys.caNotAfter.toISOString()}: give the registries a new one before, and restart them`,
    );
  }
  if (left(leaf) < LEAF_WARNING_DAYS && leaf < keys.caNotAfter) {
    warnings.push(
      `the signing key ends on ${leaf.toISOString()} and is not being rotated: see the log, and that ca.key is there`,
    );
  }
  return warnings;
}
