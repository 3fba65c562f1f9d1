/** A word or two that mark a thing. The words say it; the colour only underlines. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** What a badge means. */
export type BadgeKind = "plain" | "ok" | "warn" | "bad";

/** A badge. */
export function badge(words: string, kind: BadgeKind = "plain"): SafeHtml {
  return html`<span class="${`badge ${kind}`}">${words}</span>`;
}
