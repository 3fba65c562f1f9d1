/** The page that asks how a token is to be rotated, and says what stops when. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import type { FoundToken } from "../../access-tokens/find-token.ts";
import { rotateTokenBody } from "../../schemas/new-token.ts";
import { validate } from "../../schemas/validate.ts";
import { chips } from "../parts/chips.ts";
import { confirmation } from "../parts/dialog.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { confirmationField } from "../parts/field.ts";
import { dayInWords } from "../parts/moment.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import { endField, type FormSurroundings } from "./end-field.ts";
import { endDate } from "./token-end-choice.ts";
import type { RotationInput, TokenPlace } from "./token-place.ts";

const LABELS = { expires_at: "End date", grace_period: "Old secret", your_password: "Your password" };

const HOUR = 3_600;

/** For how many seconds the old secret can go on, in words. */
const GRACES = [
  { value: "0", words: "Ends at once" },
  { value: String(HOUR), words: "1 hour more" },
  { value: String(24 * HOUR), words: "1 day more" },
  { value: String(7 * 24 * HOUR), words: "7 days more" },
] as const;

/** The fields of the form as they come. */
export const rotateForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * How the form wants a token rotated.
 *
 * @throws ValidationError naming the fields of the form
 */
export function readRotation(form: FormState, now: Date): RotationInput {
  const body = { expires_at: endDate(form, now), grace_period: form.value("grace_period") || "0" };
  const { expires_at, grace_period } = validate(rotateTokenBody, body);
  return { expiresAt: expires_at ?? null, graceSeconds: grace_period };
}

/** The page. */
export function rotatePage(
  place: TokenPlace,
  { token }: FoundToken,
  form: FormState,
  around: FormSurroundings,
): ShownPage {
  const { links } = place;
  const until = token.expiresAt == null ? "" : ` It ends on ${dayInWords(token.expiresAt)} in any case.`;
  const title = `Rotate ${token.name}?`;
  return {
    title,
    ...place.frame(token.name, "Rotate"),
    main: confirmation({
      title,
      problems: errorSummary(form, LABELS),
      content: html`<p>It gets a new secret, which is shown once. Name, scopes and limits stay as they are.</p>
${endField(form, around, false)}
${chips(form, { name: "grace_period", label: LABELS.grace_period, kind: "radio", choices: GRACES, hint: html`For what still has the secret <span class="mono">…${token.lastFour}</span>: until then both work, and the list shows which is used.${until}` })}
${confirmationField(form, around.needsPassword)}`,
      action: links.rotate(token.id),
      words: `Rotate ${token.name}`,
      back: links.one(token.id),
    }),
  };
}
