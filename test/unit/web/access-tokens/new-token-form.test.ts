import { describe, expect, it } from "vitest";
import { ValidationError } from "../../../../src/errors.ts";
import { readNewToken, startNewToken } from "../../../../src/web/access-tokens/new-token-form.ts";
import type { TokenPlace } from "../../../../src/web/access-tokens/token-place.ts";
import { FormState, type TypedFields } from "../../../../src/web/protocol/form-state.ts";

const NOW = new Date("2026-11-30T21:00:00Z");
const PROJECT = { project: {} } as TokenPlace;
const PERSONAL = { project: undefined } as TokenPlace;

const FIELDS = { name: "ci", access_level: "30", expires_in: "90", scopes: ["read_registry"] };

function read(fields: TypedFields, place = PROJECT) {
  return readNewToken(new FormState({ ...FIELDS, ...fields }), place, NOW);
}

/** The fields that are refused. */
function refused(fields: TypedFields): readonly string[] {
  try {
    read(fields);
    return [];
  } catch (error) {
    if (error instanceof ValidationError) return error.problems.map(({ field }) => field);
    throw error;
  }
}

describe("the form of a new token", () => {
  it("is read as the API reads its body", () => {
    expect(read({ description: "GitHub Actions", ip_allow_list: "10.4.0.0/16\n\nfd00::/8" })).toEqual({
      name: "ci",
      description: "GitHub Actions",
      scopes: ["read_registry"],
      expiresAt: "2027-02-28",
      accessLevel: 30,
      repositoryRules: null,
      ipAllowList: ["10.4.0.0/16", "fd00::/8"],
    });
  });

  it("takes one box as well as several", () => {
    expect(read({ scopes: "api" }).scopes).toEqual(["api"]);
    expect(read({ scopes: ["api", "read_registry"] }).scopes).toEqual(["api", "read_registry"]);
  });

  it.each([
    ["a number of days", { expires_in: "30" }, "2026-12-30"],
    ["a date", { expires_in: "date", expires_at: "2027-06-01" }, "2027-06-01"],
    ["none", { expires_in: "none", expires_at: "2027-06-01" }, null],
  ])("ends as it was chosen: %s", (_, fields, expiresAt) => {
    expect(read(fields).expiresAt).toBe(expiresAt);
  });

  it.each([
    ["a date that is not given", { expires_in: "date", expires_at: "" }, ["expires_at"]],
    ["no choice at all", { expires_in: "" }, ["expires_at"]],
    ["something that is no choice", { expires_in: "soon" }, ["expires_at"]],
    ["days without end", { expires_in: "9".repeat(400) }, ["expires_at"]],
    ["no scope", { scopes: [] }, ["scopes"]],
    ["an unknown scope", { scopes: ["sudo"] }, ["scopes"]],
    ["a role that is none", { access_level: "35" }, ["access_level"]],
    ["an address that is none", { ip_allow_list: "10.4.0.0/99" }, ["ip_allow_list"]],
    ["a rule for an action that is none", { repository_rules: "mount: web" }, ["repository_rules[0].actions[0]"]],
    ["a rule without a repository", { repository_rules: "pull:" }, ["repository_rules[0].repositories"]],
  ])("refuses %s, and names the field", (_, fields, wanted) => {
    expect(refused(fields)).toEqual(wanted);
  });

  it("reads a rule a line: its actions, then its repositories", () => {
    const text = "pull, push: web, services/**\n\n  pull : .\nbase";
    expect(read({ repository_rules: text }).repositoryRules).toEqual([
      { actions: ["pull", "push"], repositories: ["web", "services/**"] },
      { actions: ["pull"], repositories: [""] },
      { actions: ["pull", "push", "delete"], repositories: ["base"] },
    ]);
  });

  it("has neither role nor rules for oneself", () => {
    expect(read({ repository_rules: "pull: web" }, PERSONAL).repositoryRules).toBeNull();
  });
});

describe("an address that fills the form", () => {
  it.each<[string, TypedFields, TypedFields]>([
    ["a preset", { preset: "clean_up" }, { access_level: "40", scopes: ["read_registry", "delete_registry"] }],
    ["scopes in one text", { scopes: "api,read_registry" }, { scopes: ["api", "read_registry"] }],
    ["scopes over a preset's", { preset: "pull", scopes: "api" }, { scopes: ["api"] }],
    ["any number of days", { expires_in: "45" }, { expires_in: "date", expires_at: "2027-01-14" }],
    ["days that are a choice", { expires_in: "365" }, { expires_in: "365" }],
    ["an end date", { expires_at: "2027-03-01" }, { expires_in: "date", expires_at: "2027-03-01" }],
    ["a name", { name: "web" }, { name: "web" }],
  ])("may name %s", (_, query, wanted) => {
    const form = startNewToken(query, undefined, { now: NOW, maxDays: undefined });
    for (const [field, value] of Object.entries(wanted)) {
      expect(typeof value === "string" ? form.value(field) : form.values(field)).toEqual(value);
    }
  });

  it.each([
    ["the usual one", undefined, { expires_in: "90", expires_at: "" }],
    ["the last one that there is, where that is sooner", 14, { expires_in: "date", expires_at: "2026-12-14" }],
  ])("may name no end: then it is %s", (_, maxDays, wanted) => {
    const form = startNewToken({}, undefined, { now: NOW, maxDays });
    expect({ expires_in: form.value("expires_in"), expires_at: form.value("expires_at") }).toEqual(wanted);
  });

  it("fills no password in, and nothing that the form has not", () => {
    const form = startNewToken({ your_password: "guess", password: "guess", token: "x" }, undefined, {
      now: NOW,
      maxDays: undefined,
    });
    for (const field of ["your_password", "password", "token"]) expect(form.value(field)).toBe("");
  });
});
