/** What the checks of the registry found, as steps of a list. */
import { html } from "@remix-run/html-template";
import type { Finding } from "../../doctor/diagnose.ts";
import { code } from "../parts/code.ts";
import type { Step, StepState } from "../parts/steps.ts";
import { sentence } from "../protocol/page-error.ts";

const STATE_OF: Readonly<Record<Finding["outcome"], StepState>> = { ok: "done", failed: "failed", skipped: "skipped" };

/** A finding as a step. What the registry said is quoted in it: text, in a direction of its own. */
export function findingStep({ step, outcome, why }: Finding): Step {
  const title = html`<bdi>${step.charAt(0).toUpperCase() + step.slice(1)}</bdi>`;
  const state = STATE_OF[outcome];
  return why === undefined ? { title, state } : { title, state, text: html`<bdi>${code(sentence(why))}</bdi>` };
}
