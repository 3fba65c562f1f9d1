/** Warns that a signing certificate is about to expire, while there is time to act. */
import { DAY_MS } from "../clock.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** A leaf is replaced 60 days before its end: one this close to it is not being replaced. */
const LEAF_WARNING_DAYS = 30;

/** A new CA has to reach every registry, and each be restarted. */
const CA_WARNING_DAYS = 180;

/** Sentences that tell an operator that the signing key's certificate or the CA is about to expire; empty when neither is. */
export function expiryWarnings(keys: Pick<SigningKeys, "current" | "caNotAfter">, now: Date): string[] {
  const daysLeft = (notAfter: Date) => Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  const leaf = keys.current().notAfter;
  const warnings: string[] = [];
  if (daysLeft(keys.caNotAfter) < CA_WARNING_DAYS) {
    warnings.push(
      `the CA in ca.crt expires on ${keys.caNotAfter.toISOString()}: give the registries a new one before then, and restart them`,
    );
  }
  if (daysLeft(leaf) < LEAF_WARNING_DAYS && leaf < keys.caNotAfter) {
    warnings.push(
      `the signing key expires on ${leaf.toISOString()} and is not being rotated: see the log, and that ca.key is there`,
    );
  }
  return warnings;
}
