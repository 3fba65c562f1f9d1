/** The way from a new project to an image that was pulled, ticked by what registries report. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FirstSteps } from "../../access-tokens/find-first-steps.ts";
import { sectionHead } from "../parts/section-head.ts";
import { type Step, type StepState, steps } from "../parts/steps.ts";

/** The three steps; nothing once all are done. `image`: the beginning of the names of the project's images. */
export function firstSteps({ hasToken, hasPushed, hasPulled }: FirstSteps, image: string): SafeHtml | null {
  if (hasToken && hasPushed && hasPulled) return null;
  const done = [hasToken, hasPushed, hasPulled];
  const stateOf = (place: number): StepState => {
    if (done[place] === true) return "done";
    return done.indexOf(false) === place ? "next" : "later";
  };
  const list: Step[] = [
    { title: "Make a token", state: stateOf(0), text: "It may pull and push, and you log in with its secret." },
    { title: "Push an image", state: stateOf(1), text: html`<code>docker push ${image}/hello:1</code>` },
    { title: "Pull it", state: stateOf(2), text: html`<code>docker pull ${image}/hello:1</code>` },
  ];
  return html`<section class="card pad" aria-labelledby="first-steps">${sectionHead("first-steps", "First steps", "Each is ticked when the registry reports it.")}
${steps(list)}</section>`;
}
