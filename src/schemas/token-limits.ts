/** What an access token is limited to besides its scopes, as the API reads and writes it: repository rules and addresses. */
import { z } from "zod";
import { MAXIMUM_ALLOWED_NETWORKS, readNetwork } from "../http/ip-allow-list.ts";
import { MAXIMUM_PATTERN_LENGTH, patternProblem } from "../principals/repository-patterns.ts";
import {
  MAXIMUM_PATTERN_CHARACTERS,
  MAXIMUM_PATTERNS,
  MAXIMUM_RULES,
  REPOSITORY_ACTIONS,
  type RepositoryRule,
} from "../principals/repository-rules.ts";
import { otherForms, refuse, textReadBy } from "./fields.ts";

/** A segment without `**`, as a regular expression. */
const SEGMENT = "(?:\\*|\\*?[a-z0-9._-]+(?:\\*[a-z0-9._-]+)*\\*?)";

const pattern = z
  .string()
  .superRefine((value, context) => refuse(context, value, patternProblem(value)))
  .meta({
    maxLength: MAXIMUM_PATTERN_LENGTH,
    pattern: `^(?:|\\*\\*|(?:\\*\\*/)?${SEGMENT}(?:/(?:\\*\\*/)?${SEGMENT})*(?:/\\*\\*)?)$`,
    description:
      "A repository relative to the project; `*` is a run within a segment, `**` any segments, empty is its own",
  });

const rule = z.object({
  repositories: z.array(pattern).min(1).max(MAXIMUM_PATTERNS),
  actions: z
    .array(z.enum(REPOSITORY_ACTIONS))
    .min(1)
    .max(REPOSITORY_ACTIONS.length)
    .transform((actions) => REPOSITORY_ACTIONS.filter((action) => actions.includes(action))),
});

/** What of its project's repositories a token reaches. @see docs/spec/access-tokens.md "Repository rules" */
export const repositoryRules = z
  .array(rule)
  .min(1)
  .max(MAXIMUM_RULES)
  .superRefine((rules, context) => refuse(context, rules, lengthProblem(rules)));

function lengthProblem(rules: readonly RepositoryRule[]): string | undefined {
  const characters = rules.flatMap(({ repositories }) => repositories).join("").length;
  return characters <= MAXIMUM_PATTERN_CHARACTERS
    ? undefined
    : `has patterns of ${characters} characters together, where ${MAXIMUM_PATTERN_CHARACTERS} are the most`;
}

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

const network = textReadBy(readEntry, {
  anyOf: [{ format: "ipv4" }, { format: "ipv6" }, { pattern: `^(?:${OCTET}\\.){3}0/24$` }],
  description: "An address, or a network without bits beyond its prefix: 10.0.0.0/8, fd00::/8",
});

function readEntry(text: string): string | { readonly problem: string } {
  const read = readNetwork(text);
  return "network" in read ? read.network : read;
}

/**
 * Where a token is accepted from, also in the forms that forms use: `a,b`, or `ip_allow_list[]`.
 *
 * @see docs/spec/access-tokens.md "Addresses"
 */
export const ipAllowList = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
  z
    .array(network)
    .min(1)
    .max(MAXIMUM_ALLOWED_NETWORKS)
    .transform((values) => [...new Set(values)]),
);

otherForms.add(ipAllowList, { type: "string", pattern: `^${OCTET}(?:\\.${OCTET}){3}$` });

/** Rules as JSON; null: the whole project. */
export const repositoryRulesResult = z
  .array(z.object({ repositories: z.array(z.string()), actions: z.array(z.enum(REPOSITORY_ACTIONS)) }))
  .nullable();

/** An allow-list as JSON; null: everywhere. */
export const ipAllowListResult = z.array(z.string()).nullable();
