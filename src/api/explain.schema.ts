/** What explaining is asked, and answers, as the API reads and writes it. */
import { z } from "zod";
import { TOKEN_STEPS } from "../authentication/judge-access-token.ts";
import { ValidationError } from "../errors.ts";
import { REPOSITORY_ACTIONS } from "../principals/repository-rules.ts";
import type { ExplainInput } from "../registry-access/explain-access.ts";
import type { Explanation } from "../registry-access/explanation.ts";
import { CATALOG_STEPS, POLICY_STEPS } from "../registry-access/policy.ts";
import { ANY_ACTION, MAXIMUM_SCOPES } from "../registry-access/requested-scope.ts";
import { clientAddress } from "../schemas/client-address.ts";
import { id, otherForms, refuse, text } from "../schemas/fields.ts";

/** How long one text of scopes may be, which may hold several: as long as a repository's name allows, and more. */
const MAXIMUM_TEXT_LENGTH = 2000;

const scopeText = text(MAXIMUM_TEXT_LENGTH);

/** As at the token endpoint: each text is one scope or several, with spaces between. Of one alone no list need be made. */
const scopes = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  z.array(scopeText).max(MAXIMUM_SCOPES),
);
otherForms.add(scopes, { type: "string", ...scopeText.in.meta() } as z.core.JSONSchema.BaseSchema);

/** A secret is never asked for: whoever sends one is told so, in words that do not repeat it. */
const noSecret = z
  .any()
  .superRefine((value, context) => {
    if (value !== undefined) refuse(context, value, "is not wanted: a token is asked about by its number, as token_id");
  })
  .meta({ not: {} })
  .optional();

/** The body that asks for an explanation. */
export const explainBody = z
  .object({
    token_id: id().optional(),
    user_id: id().optional(),
    scopes,
    address: clientAddress.optional(),
    token: noSecret,
  })
  .meta({ oneOf: [{ required: ["token_id"] }, { required: ["user_id"] }] });

/**
 * Who is asked about.
 *
 * @throws ValidationError when it is nobody, or two
 */
export function explainedSubject({
  token_id: tokenId,
  user_id: userId,
}: z.output<typeof explainBody>): ExplainInput["subject"] {
  if (tokenId !== undefined && userId !== undefined)
    throw new ValidationError([{ field: "userId", message: "is one too many beside token_id: give one of the two" }]);
  if (tokenId !== undefined) return { tokenId };
  if (userId !== undefined) return { userId };
  throw new ValidationError([{ field: "tokenId", message: "is missing: give token_id or user_id" }]);
}

const scopeResult = z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) });

const stepResult = z.object({
  step: z.enum([...new Set([...TOKEN_STEPS, ...POLICY_STEPS, ...CATALOG_STEPS])]),
  passed: z.boolean().nullable(),
  message: z.string(),
  rule: z
    .object({ number: z.int(), repositories: z.array(z.string()), actions: z.array(z.enum(REPOSITORY_ACTIONS)) })
    .optional(),
});

/** An explanation, as JSON. */
export const explainResult = z.object({
  requested: z.array(scopeResult),
  granted: z.array(scopeResult),
  notes: z.array(z.object({ scope: z.string(), message: z.string() })),
  steps: z.array(stepResult),
  actions: z.array(
    z.object({
      type: z.enum(["repository", "registry"]),
      name: z.string(),
      action: z.enum([...REPOSITORY_ACTIONS, ANY_ACTION]),
      granted: z.boolean(),
      message: z.string(),
      steps: z.array(stepResult),
    }),
  ),
});

/** An explanation as JSON. */
export function renderExplanation(explanation: Explanation): z.input<typeof explainResult> {
  const scope = ({ type, name, actions }: { type: string; name: string; actions: Iterable<string> }) => ({
    type,
    name,
    actions: [...actions],
  });
  return {
    requested: explanation.requested.map(scope),
    granted: explanation.granted.map(scope),
    notes: [...explanation.notes],
    steps: explanation.steps.map(renderStep),
    actions: explanation.actions.map((action) => ({ ...action, steps: action.steps.map(renderStep) })),
  };
}

function renderStep({ step, passed, message, rule }: Explanation["steps"][number]): z.input<typeof stepResult> {
  if (rule === undefined) return { step, passed, message };
  const { number, repositories, actions } = rule;
  return { step, passed, message, rule: { number, repositories: [...repositories], actions: [...actions] } };
}
