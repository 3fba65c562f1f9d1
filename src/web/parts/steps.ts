/** Steps in their order, and how far one has come. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { icon } from "./icon.ts";

/** What has become of a step. */
export type StepState = "done" | "next" | "later" | "failed";

/** A step. */
export interface Step {
  readonly title: string | SafeHtml;
  readonly state: StepState;
  /** What is heard of the state, where it is called otherwise: `Passed`. */
  readonly words?: string;
  readonly text?: string | SafeHtml;
}

/** What is heard of a state whose picture is seen. */
const WORDS: Readonly<Record<StepState, string>> = { done: "Done", next: "Next", later: "Later", failed: "Failed" };

/** The steps, each with its number until it is done. */
export function steps(list: readonly Step[]): SafeHtml {
  const items = list.map(({ title, state, words = WORDS[state], text }, place) => {
    const mark =
      state === "done"
        ? icon("check")
        : state === "failed"
          ? icon("close")
          : html`<span aria-hidden="true">${place + 1}</span>`;
    const current = state === "next" ? html` aria-current="step"` : null;
    return html`<li class="${state}"${current}><span class="mark">${mark}</span><div><p class="step">${title}<span class="vh"> (${words})</span></p>${text === undefined ? null : html`<div class="sub">${text}</div>`}</div></li>\n`;
  });
  return html`<ol class="steps" role="list">
${items}</ol>`;
}
