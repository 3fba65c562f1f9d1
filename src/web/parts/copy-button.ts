/** A button that copies. It needs a script, and is not there without one: what it copies can be selected by hand. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { icon } from "./icon.ts";

/** What is copied. */
export interface Copied {
  /** The id of the element whose text is copied. */
  readonly from: string;
  /** What it is, for those who hear the button alone. */
  readonly object: string;
  readonly kind?: "plain" | "primary" | "quiet";
}

/** The button. It says that it has copied. */
export function copyButton({ from, object, kind = "plain" }: Copied): SafeHtml {
  return html`<button class="${`btn ${kind}`}" type="button" data-copy="${from}" hidden>${icon("copy")}<span aria-live="polite">Copy</span><span class="vh"> <bdi>${object}</bdi></span></button>`;
}
