/** What the form of a new token sends, and what it shows at first: read by the same schemas as the API's body. */
import { z } from "zod";
import type { AccessToken } from "../../access-tokens/access-token.entity.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { createPersonalTokenBody, createProjectTokenBody } from "../../schemas/new-token.ts";
import { validate } from "../../schemas/validate.ts";
import { FormState, type TypedFields } from "../protocol/form-state.ts";
import type { FormSurroundings } from "./end-field.ts";
import { PRESETS } from "./presets.ts";
import { readRuleLines, writeRuleLines } from "./rule-lines.ts";
import { askedEnd, endDate } from "./token-end-choice.ts";
import type { NewTokenInput, TokenPlace } from "./token-place.ts";

const texts = z.union([z.string(), z.array(z.string())]);

/** All fields of the form as they come: they become a body first. */
export const newTokenForm = z.record(z.string(), texts);

/** What fills the form from an address: whatever is in it, and the token that is to be repeated. */
export const newTokenQuery = z.record(z.string(), texts).transform((query): TypedFields => query);

/** The labels of the fields, by their names, in their order. */
export const NEW_TOKEN_LABELS = {
  name: "Name",
  description: "Description",
  access_level: "Role of its bot",
  expires_at: "End date",
  scopes: "Scopes",
  repository_rules: "Repositories",
  ip_allow_list: "Addresses",
  your_password: "Your password",
};

/**
 * The token that a form asks for.
 *
 * @throws ValidationError naming the fields of the form
 */
export function readNewToken(form: FormState, place: TokenPlace, now: Date): NewTokenInput {
  const body = {
    name: form.value("name"),
    description: form.value("description") || undefined,
    scopes: form.values("scopes"),
    expires_at: endDate(form, now),
    ip_allow_list: lines(form.value("ip_allow_list")),
  };
  if (place.project === undefined) {
    const token = validate(createPersonalTokenBody, body);
    return { ...common(token), accessLevel: ACCESS_LEVELS.guest, repositoryRules: null };
  }
  const limits = {
    access_level: form.value("access_level"),
    repository_rules: readRuleLines(form.value("repository_rules")),
  };
  const token = validate(createProjectTokenBody, { ...body, ...limits });
  return { ...common(token), accessLevel: token.access_level, repositoryRules: token.repository_rules ?? null };
}

function common(token: Omit<z.output<typeof createPersonalTokenBody>, "repository_rules">) {
  return {
    name: token.name,
    description: token.description ?? null,
    scopes: token.scopes,
    expiresAt: token.expires_at ?? null,
    ipAllowList: token.ip_allow_list ?? null,
  };
}

/** Entries that stand on lines of their own, or between commas; undefined where there are none. */
function lines(text: string): string[] | undefined {
  const entries = text.split(/[\n,]/).flatMap((line) => line.trim() || []);
  return entries.length === 0 ? undefined : entries;
}

/**
 * What the form shows at first: what the address says, over the preset that it names, over the token that it repeats. An
 * address may say anything: only what the form has is taken.
 *
 * @see docs/spec/web.md "Access tokens"
 */
export function startNewToken(
  query: TypedFields,
  repeated: AccessToken | undefined,
  { now, maxDays }: Pick<FormSurroundings, "now" | "maxDays">,
): FormState {
  const asked = new FormState(query);
  const preset = PRESETS.find(({ name }) => name === asked.value("preset"));
  const scopes = asked
    .values("scopes")
    .flatMap((each) => each.split(","))
    .filter((scope) => scope !== "");
  const given = Object.fromEntries(
    Object.keys(NEW_TOKEN_LABELS).flatMap((field) => (asked.value(field) === "" ? [] : [[field, asked.value(field)]])),
  );
  return new FormState({
    preset: preset?.name ?? "",
    ...askedEnd(asked, now, maxDays),
    access_level: String(ACCESS_LEVELS.developer),
    ...(repeated === undefined ? {} : fieldsOf(repeated)),
    ...(preset === undefined ? {} : { scopes: preset.scopes, access_level: String(preset.accessLevel) }),
    ...given,
    ...(scopes.length === 0 ? {} : { scopes }),
  });
}

function fieldsOf(token: AccessToken): TypedFields {
  return {
    name: token.name,
    description: token.description ?? "",
    scopes: token.scopes,
    access_level: String(token.accessLevel ?? ""),
    repository_rules: writeRuleLines(token.repositoryRules ?? []),
    ip_allow_list: (token.ipAllowList ?? []).join("\n"),
  };
}
