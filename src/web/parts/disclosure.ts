/** What few look for: it is folded until somebody opens it. The browser does that, without a script. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** What is folded. */
export interface Disclosure {
  readonly summary: string | SafeHtml;
  readonly content: SafeHtml;
  /** As where a field in it is wrong. */
  readonly isOpen?: boolean;
  /** A card of its own on the page, in the place of a line within one. */
  readonly isCard?: boolean;
}

/** The line that opens it, and what it opens. */
export function disclosure({ summary, content, isOpen, isCard }: Disclosure): SafeHtml {
  const open = isOpen === true ? html` open` : null;
  return html`<details class="${isCard === true ? "card fold" : "fold"}"${open}><summary>${summary}</summary><div class="fold-content">${content}</div></details>`;
}
