/** Samples of what says something: banners, badges, moments, numbers, empty places. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays, DAY_MS, utcDate } from "../../clock.ts";
import { badge } from "../parts/badge.ts";
import { banner } from "../parts/banner.ts";
import { emptyState } from "../parts/empty-state.ts";
import { ends } from "../parts/ends.ts";
import { facts } from "../parts/facts.ts";
import { instant, moment } from "../parts/moment.ts";
import { counted } from "../parts/number.ts";
import { sectionHead } from "../parts/section-head.ts";
import { visibilityBadge } from "../parts/visibility.ts";
import type { PageLinks } from "../protocol/page-links.ts";

const MINUTE_MS = 60 * 1000;

/** The samples. */
export function wordSamples(links: PageLinks, now: Date): SafeHtml {
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const dayIn = (days: number) => addDays(utcDate(now), days);
  const rotate = html`<a class="btn" href="${links.styleguide()}">Rotate ci-push</a>`;
  return html`${banner({ kind: "ok", text: "Your profile is saved." })}
${banner({ kind: "info", text: html`Your account has <strong>no password</strong>. An administrator can make an invitation for you, with which you set one.` })}
${banner({ kind: "warn", text: html`<strong>ci-push ends in 3 days</strong>, and was used 2 minutes ago. Whatever uses it will stop then.`, more: rotate })}
${banner({ kind: "danger", text: html`An old secret of <strong>deploy-prod</strong> was used from 10.4.2.17, after it was rotated.` })}
<section class="card pad" aria-labelledby="words">
${sectionHead("words", "Words", "A badge never speaks by its colour alone.")}
${facts([
  {
    name: "Badges",
    value: html`${badge("private")} ${badge("safe to revoke", "ok")} ${badge("in 3 days", "warn")} ${badge("revoked", "bad")}`,
  },
  {
    name: "Visibility",
    value: html`<span class="acts">${visibilityBadge("private")}${visibilityBadge("internal")}${visibilityBadge("public")}</span>`,
  },
  {
    name: "Moments",
    value: html`${moment(now, now)}, ${moment(ago(2 * MINUTE_MS), now)}, ${moment(ago(DAY_MS), now)}, ${moment(ago(214 * DAY_MS), now)}, ${moment(ago(-3 * DAY_MS), now)}`,
    note: html`It dies at ${instant(now)}.`,
  },
  { name: "Ends soon", value: ends(dayIn(3), now) },
  { name: "Ends late", value: ends(dayIn(90), now) },
  { name: "Is over", value: ends(dayIn(-3), now) },
  { name: "Has no end", value: ends(null, now) },
  { name: "Numbers", value: `${counted(1, "pull")}, ${counted(1204, "pull")}, ${counted(0, "push", "pushes")}` },
  {
    name: "Long words",
    value: html`<code>registry.example.com/${"a-group-with-a-long-name/".repeat(4)}app</code>`,
    note: html`<bdi>${"Donaudampfschifffahrtsgesellschaft".repeat(4)}</bdi>`,
  },
])}
</section>
${emptyState({
  icon: "key",
  title: "No access tokens yet",
  text: "A token lets a CI job or a server into this project. Start from what it is for.",
  act: html`<div class="acts"><a class="btn" href="${links.styleguide()}">Pull only</a><a class="btn" href="${links.styleguide()}">CI push</a><a class="btn" href="${links.styleguide()}">Clean-up</a></div>`,
})}`;
}
