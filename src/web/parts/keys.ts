/** The keys that pages know: a dialog that lists them, and turns them off for who speaks or types by other means. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** What each key does. The script acts on them; without one there are none, and nothing leads to the dialog. */
const KEYS = [
  { key: "/", does: "Go to the search of the page" },
  { key: "?", does: "Show these keys" },
  { key: "Esc", does: "Close a menu or a dialog" },
] as const;

/**
 * The dialog, closed.
 *
 * @see https://www.w3.org/TR/WCAG22/#character-key-shortcuts
 */
export function keys(): SafeHtml {
  const items = KEYS.map(({ key, does }) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`);
  return html`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl class="facts">${items}</dl>
<label class="box"><input type="checkbox" id="keys-on">Keys of one letter are on in this browser</label>
<form method="dialog"><button class="btn" type="submit">Close</button></form>
</dialog>`;
}

/** A button that opens the dialog; it is not there without a script. */
export function keysButton(): SafeHtml {
  return html`<button class="btn quiet" type="button" data-keys hidden>Keys</button>`;
}
