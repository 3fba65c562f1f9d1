/** A sentence that must be seen: what was done, or what needs attention. Its icon and its words say which, not its colour alone. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type IconName, icon } from "./icon.ts";

/** What a banner is about. */
export type BannerKind = "ok" | "info" | "warn" | "danger";

const ICON_OF: Readonly<Record<BannerKind, IconName>> = { ok: "check", info: "info", warn: "alert", danger: "danger" };

/** A banner. `text`: a sentence, or a part of a page; `more`: what to do about it. */
export function banner({ kind, text, more }: { kind: BannerKind; text: string | SafeHtml; more?: SafeHtml }): SafeHtml {
  return html`<div class="${`banner ${kind}`}" role="${kind === "ok" ? "status" : "note"}">${icon(ICON_OF[kind])}<p>${text}</p>${more}</div>`;
}
