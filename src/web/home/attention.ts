/** What needs somebody's attention, with the way to what mends it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { TokenAttention } from "../../access-tokens/find-attention.ts";
import { badge } from "../parts/badge.ts";
import { banner } from "../parts/banner.ts";
import { endsIn } from "../parts/ends.ts";
import { counted } from "../parts/number.ts";
import { table } from "../parts/table.ts";
import { sentence } from "../protocol/page-error.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** What is known. */
export interface Attention {
  readonly tokens: readonly TokenAttention[];
  /** In how many projects tokens need attention; the list may be shorter. */
  readonly projects: number;
  /** For administrators: sentences about keys that are near their end. */
  readonly keys: readonly string[];
  /** For administrators: that the checks of the registry failed; null: nothing of the kind is known. */
  readonly checks: SafeHtml | null;
  readonly now: Date;
}

/** The part of the page; nothing where nothing needs attention. */
export function attention({ tokens, projects, keys, checks, now }: Attention, links: PageLinks): SafeHtml | null {
  if (tokens.length === 0 && keys.length === 0 && checks === null) return null;
  const rows = tokens.map((each) => [
    html`<a class="name" href="${links.place(each.path)}"><bdi>${each.path}</bdi></a>`,
    needs(each, links, now),
  ]);
  const others = projects - tokens.length;
  return html`<h2>Needs attention</h2>
${keys.map((each) => banner({ kind: "danger", text: sentence(each) }))}
${checks}
${rows.length === 0 ? null : table("Needs attention", [{ name: "Project" }, { name: "What", isWide: true }], rows)}
${others > 0 ? html`<p class="sub">And ${counted(others, "more project")}.</p>` : null}`;
}

function needs(
  { path, endsSoon, firstEnd, safeToRevoke, reused }: TokenAttention,
  links: PageLinks,
  now: Date,
): SafeHtml {
  const first = firstEnd === null ? null : html`, the first ${endsIn(firstEnd, now)}`;
  return html`${reused === 0 ? null : html`<p>${badge("old secret used", "bad")} <a href="${links.accessTokens(path).list({ state: "inactive" })}">${counted(reused, "time")}</a> in 30 days. It was refused; a forgotten job has it, or a thief.</p>`}
${endsSoon === 0 ? null : html`<p>${badge("ends soon", "warn")} <a href="${links.accessTokens(path).list({ state: "ends_soon" })}">${counted(endsSoon, "token")}</a>${first}.</p>`}
${safeToRevoke === 0 ? null : html`<p>${badge("safe to revoke", "ok")} <a href="${links.accessTokens(path).list({ state: "safe_to_revoke" })}">${counted(safeToRevoke, "token")}</a> that nobody uses.</p>`}`;
}
