/** The scopes that a token has, in a table or on its page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { TokenScope } from "../../principals/token-scope.ts";

/** The scopes; those that nobody has used for so many days are marked, and named in a line. */
export function scopeChips(scopes: readonly TokenScope[], unused: readonly TokenScope[] = [], days = 90): SafeHtml {
  const items = scopes.map((scope) =>
    unused.includes(scope) ? html`<code class="idle">${scope}</code> ` : html`<code>${scope}</code> `,
  );
  const said = unused.length === 0 ? null : html`<p class="sub">${unused.join(", ")}: unused for ${days} days</p>`;
  return html`<div class="scopes">${items}</div>${said}`;
}
