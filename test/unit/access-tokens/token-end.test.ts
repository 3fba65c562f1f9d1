import { describe, expect, it } from "vitest";
import { type EndFacts, endOf } from "../../../src/access-tokens/token-end.ts";
import type { Person } from "../../../src/users/person.ts";

const now = new Date("2026-11-20T12:00:00Z");
const day = (date: string) => new Date(`${date}T12:00:00Z`);
const midnight = (date: string) => new Date(`${date}T00:00:00Z`);
const mira: Person = { id: 3, username: "mira", name: "Mira", userType: "human" };
const LIVING: EndFacts = {
  expiresAt: null,
  retiresAt: null,
  revokedAt: null,
  revokedBy: null,
  hasSuccessor: false,
  event: undefined,
};
const byMira = (date: string) => ({ revokedAt: day(date), revokedBy: mira });
const event = (action: "revoked" | "retired" | "rotated", presented: "dead" | "alive" | "none" = "none") => ({
  event: { action, presented },
});
const rotated = { hasSuccessor: true };

describe("the end of a token", () => {
  it.each<[string, Partial<EndFacts>]>([
    ["works without a date", {}],
    ["works until its date begins", { expiresAt: "2026-11-21" }],
    ["was rotated away and is in grace", { ...rotated, retiresAt: day("2026-11-21") }],
  ])("is none where it %s", (_, facts) => {
    expect(endOf({ ...LIVING, ...facts }, now)).toBeUndefined();
  });

  it.each<[string, Partial<EndFacts>, ReturnType<typeof endOf>]>([
    ["its date", { expiresAt: "2026-11-20" }, { kind: "expired", at: midnight("2026-11-20") }],
    [
      "its date, though it was revoked afterwards",
      { expiresAt: "2026-11-10", ...byMira("2026-11-15"), ...event("revoked") },
      { kind: "expired", at: midnight("2026-11-10") },
    ],
    [
      "who revoked it, before its date",
      { expiresAt: "2026-11-18", ...byMira("2026-11-15"), ...event("revoked") },
      { kind: "revoked", at: day("2026-11-15"), by: mira },
    ],
    [
      "who revoked it, where there is no event of it any more",
      byMira("2026-11-15"),
      { kind: "revoked", at: day("2026-11-15"), by: mira },
    ],
    [
      "itself",
      { ...byMira("2026-11-15"), ...event("revoked", "alive") },
      { kind: "revoked", at: day("2026-11-15"), by: "itself" },
    ],
    [
      "a secret that was rotated away and presented again",
      { expiresAt: "2026-11-18", ...byMira("2026-11-15"), ...event("revoked", "dead") },
      { kind: "reused", at: day("2026-11-15") },
    ],
    [
      "such a secret, in its grace",
      { ...rotated, retiresAt: day("2026-11-18"), ...byMira("2026-11-15"), ...event("revoked", "dead") },
      { kind: "reused", at: day("2026-11-15") },
    ],
    [
      "who rotated it",
      { ...rotated, ...byMira("2026-11-15"), ...event("rotated") },
      { kind: "rotated", at: day("2026-11-15"), by: mira },
    ],
    [
      "who rotated it after its date, as it goes on in another",
      { ...rotated, expiresAt: "2026-11-10", ...byMira("2026-11-15"), ...event("rotated") },
      { kind: "rotated", at: day("2026-11-15"), by: mira },
    ],
    [
      "its own rotation",
      { ...rotated, ...byMira("2026-11-15"), ...event("rotated", "alive") },
      { kind: "rotated", at: day("2026-11-15"), by: "itself" },
    ],
    [
      "its grace, though nothing has recorded that yet",
      { ...rotated, retiresAt: day("2026-11-18"), ...event("rotated") },
      { kind: "grace_over", at: day("2026-11-18") },
    ],
    [
      "its grace, which ends no later than its date",
      { ...rotated, expiresAt: "2026-11-18", retiresAt: midnight("2026-11-18"), ...event("rotated") },
      { kind: "grace_over", at: midnight("2026-11-18") },
    ],
    [
      "its grace, as the sweep recorded it",
      { ...rotated, retiresAt: day("2026-11-15"), ...byMira("2026-11-15"), ...event("retired") },
      { kind: "grace_over", at: day("2026-11-15") },
    ],
    [
      "who ended its grace",
      { ...rotated, retiresAt: day("2026-11-18"), ...byMira("2026-11-15"), ...event("retired") },
      { kind: "retired", at: day("2026-11-15"), by: mira },
    ],
    [
      "who revoked its family, in its grace",
      { ...rotated, retiresAt: day("2026-11-18"), ...byMira("2026-11-15"), ...event("revoked") },
      { kind: "revoked", at: day("2026-11-15"), by: mira },
    ],
  ])("is %s", (_, facts, end) => {
    expect(endOf({ ...LIVING, ...facts }, now)).toEqual(end);
  });
});
