/** Words in which names and paths stand between backticks, as the rooms write them. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** The words, with what stands between backticks as code. */
export function code(words: string): SafeHtml {
  const parts = words.split("`").map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
  return html`<span>${parts}</span>`;
}
