/** Renders the checks of the registry while they run: each finding as soon as it is there. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Finding } from "../../doctor/diagnose.ts";
import { banner } from "../parts/banner.ts";
import { pageHead } from "../parts/page-head.ts";
import { STEPS_END, STEPS_START, stepItem } from "../parts/steps.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { findingStep } from "./finding-step.ts";

const ABOUT =
  "Each step shows when it is done. All of them take a minute at most; they go on when you leave, and the result is kept.";

/** The parts of the page, in their order. */
export async function* runningChecks(findings: AsyncIterable<Finding>, links: PageLinks): AsyncGenerator<SafeHtml> {
  const all: Finding[] = [];
  yield html`${pageHead("Checks of the registry", ABOUT)}
<section class="card pad" aria-label="Steps">
${STEPS_START}`;
  for await (const finding of findings) {
    yield stepItem(findingStep(finding), all.length);
    all.push(finding);
  }
  yield html`${STEPS_END}
</section>
${summary(all)}
<div class="acts"><a class="btn" href="${links.adminLinks.registry()}">Back to the registry</a></div>`;
}

function summary(all: readonly Finding[]): SafeHtml {
  if (all.some(({ outcome }) => outcome === "failed"))
    return banner({ kind: "danger", text: "The checks ended at a step that failed. Its cause stands below it." });
  if (all.some(({ outcome }) => outcome === "skipped"))
    return banner({ kind: "ok", text: "All is well, as far as it could be checked." });
  return banner({ kind: "ok", text: "All is well: the registry and Keyside work together." });
}
