/** A page in the place of one that cannot be shown: what is wrong, a way on, and the number under which the log has it. */
import { html } from "@remix-run/html-template";
import type { ShownPage } from "../protocol/page.ts";
import type { PageProblem } from "../protocol/page-error.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** The page of an error. */
export function errorPage({
  title,
  explanation,
  status,
  requestId,
  links,
}: PageProblem & { status: number; requestId: string; links: PageLinks }): ShownPage {
  return {
    title,
    main: html`<div class="problem">
<p class="problem-status num">${status}</p>
<h1>${title}</h1>
<p><bdi>${explanation}</bdi></p>
<p><a class="btn" href="${links.home()}">Go to the start page</a></p>
<p class="sub">Request <code>${requestId}</code></p>
</div>`,
  };
}
