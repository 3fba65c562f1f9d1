/**
 * What cannot be undone is confirmed on a page of its own. Where a script runs, it shows that very page's words in a dialog
 * above the page that leads there, so that there is one place for them, and nothing that works by script alone.
 */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";

/** What is to be confirmed. */
export interface Confirmation {
  /** A question that names the object: `Revoke ci-push?`. */
  readonly title: string;
  /** What will happen, and the fields that it needs. */
  readonly content: SafeHtml;
  readonly action: Href;
  /** Of the button: what it does, and to what. */
  readonly words: string;
  /** Where one goes who does not want it. */
  readonly back: Href;
  /** What is wrong with the form, as the error summary lists it. */
  readonly problems?: SafeHtml | null;
  /** A thing that ends, which is red. */
  readonly isDanger?: boolean;
}

/** All of the page that asks; the script looks for its id. */
export function confirmation({ title, content, action, words, back, problems, isDanger }: Confirmation): SafeHtml {
  return html`<div class="confirmation" id="confirmation">
<h1 id="confirmation-title"><bdi>${title}</bdi></h1>
${problems}
<form method="post" action="${action}">
${content}
<div class="acts"><a class="btn" href="${back}" data-close>Cancel</a><button class="${isDanger === true ? "btn danger fill" : "btn primary"}" type="submit"><bdi>${words}</bdi></button></div>
</form>
</div>`;
}

/** A link to such a page, which looks like a button. `object`: what it is about, for those who hear the link alone. */
export function confirmLink({
  href,
  words,
  object,
  isDanger,
}: {
  href: Href;
  words: string;
  object: string;
  isDanger?: boolean;
}): SafeHtml {
  return html`<a class="${isDanger === true ? "btn danger" : "btn"}" href="${href}" data-dialog aria-label="${words} ${object}">${words}</a>`;
}
