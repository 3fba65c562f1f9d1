/** What stands where there is nothing yet: what would be here, and how to begin. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type IconName, icon } from "./icon.ts";

/** An empty place. `act`: the button to begin with. */
export function emptyState({
  icon: shown,
  title,
  text,
  act,
}: {
  icon: IconName;
  title: string;
  text: string | SafeHtml;
  act?: SafeHtml;
}): SafeHtml {
  return html`<section class="card empty">${icon(shown)}<h2>${title}</h2><p>${text}</p>${act}</section>`;
}
