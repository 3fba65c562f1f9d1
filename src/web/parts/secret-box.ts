/** A secret, the only time that it is shown. The script takes it off the page when the page is left. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { copyButton } from "./copy-button.ts";
import { icon } from "./icon.ts";

/** A secret and what is said with it. */
export interface ShownSecret {
  /** What it is the secret of. */
  readonly of: string;
  readonly secret: string;
  /** Why it must be copied now: a sentence. */
  readonly about: string;
  /** What can be done with it, below. */
  readonly more?: SafeHtml;
}

/** The box. Nothing but the secret is selected with it. */
export function secretBox({ of, secret, about, more }: ShownSecret): SafeHtml {
  return html`<section class="card secret" aria-labelledby="secret-title">
<h2 id="secret-title">${icon("check")}<span><bdi>${of}</bdi> is ready. Copy its secret now.</span></h2>
<div class="secret-row"><output id="secret" aria-label="Secret" translate="no" data-secret>${secret}</output>${copyButton({ from: "secret", object: "the secret", kind: "primary" })}</div>
<p class="sub">${about}</p>
${more}
</section>`;
}
