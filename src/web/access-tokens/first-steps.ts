/** The way from a new project to an image that was pulled, ticked by what registries report. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FirstSteps } from "../../access-tokens/find-first-steps.ts";
import { sectionHead } from "../parts/section-head.ts";
import { type Step, type StepState, steps } from "../parts/steps.ts";

/**
 * The three steps; nothing once all are done, from the day after the first pull on. `image`: the beginning of the names of
 * the project's images.
 */
export function firstSteps(found: FirstSteps, image: string): SafeHtml | null {
  const done = [found.hasToken, found.hasPushed, found.hasPulled];
  const areDone = done.every((each) => each);
  if (areDone && found.hasPulledBefore) return null;
  const stateOf = (place: number): StepState => {
    if (done[place] === true) return "done";
    return done.indexOf(false) === place ? "next" : "later";
  };
  const list: Step[] = [
    { title: "Make a token", state: stateOf(0), text: "It may pull and push, and you log in with its secret." },
    { title: "Push an image", state: stateOf(1), text: html`<code>docker push ${image}/hello:1</code>` },
    { title: "Pull it", state: stateOf(2), text: html`<code>docker pull ${image}/hello:1</code>` },
  ];
  const about = areDone ? "All three are done." : "Each is ticked when the registry reports it.";
  return html`<section class="card pad" aria-labelledby="first-steps">${sectionHead("first-steps", "First steps", about)}
${steps(list)}</section>`;
}
