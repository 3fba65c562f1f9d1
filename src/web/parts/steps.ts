/** Steps in their order, and how far one has come. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { icon } from "./icon.ts";

/** What has become of a step. */
export type StepState = "done" | "next" | "later" | "skipped" | "failed";

/** A step. */
export interface Step {
  readonly title: string | SafeHtml;
  readonly state: StepState;
  /** What is heard of the state, where it is called otherwise: `Passed`. */
  readonly words?: string;
  readonly text?: string | SafeHtml;
}

/** What is heard of a state whose picture is seen. */
const WORDS: Readonly<Record<StepState, string>> = {
  done: "Done",
  next: "Next",
  later: "Later",
  skipped: "Skipped",
  failed: "Failed",
};

/** The steps, each with its number until it is done. */
export function steps(list: readonly Step[]): SafeHtml {
  return html`${STEPS_START}${list.map(stepItem)}${STEPS_END}`;
}

/** What stands before and after steps that are sent one by one, as they come. */
export const STEPS_START = html`<ol class="steps" role="list">\n`;
export const STEPS_END = html`</ol>`;

/** A step, whose number is its place and one. */
export function stepItem({ title, state, words = WORDS[state], text }: Step, place: number): SafeHtml {
  const current = state === "next" ? html` aria-current="step"` : null;
  return html`<li class="${state}"${current}><span class="mark">${markOf(state, place)}</span><div><p class="step">${title}<span class="vh"> (${words})</span></p>${text === undefined ? null : html`<div class="sub">${text}</div>`}</div></li>\n`;
}

function markOf(state: StepState, place: number): SafeHtml {
  if (state === "done") return icon("check");
  return state === "failed" ? icon("close") : html`<span aria-hidden="true">${place + 1}</span>`;
}
