/** What the service does again and again: how often, when each job last ran, and whether that failed. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { badge } from "../parts/badge.ts";
import { moment } from "../parts/moment.ts";
import { durationInWords, periodInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { type Row, table } from "../parts/table.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { adminFrame } from "./admin-menu.ts";
import type { Job } from "./job-runs-reader.ts";

const ABOUT =
  "What the service does again and again, by the names that the log has for it. Where several processes run, each job shows as the last of them left it; a job of every few seconds may have run a minute later than it says.";

const COLUMNS = [
  { name: "Job", isWide: true },
  { name: "Period" },
  { name: "Last run" },
  { name: "Took" },
  { name: "Outcome" },
];

/** `/admin/jobs`. @see docs/spec/web.md "Pages" */
export function jobPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/admin/jobs",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      async show() {
        const jobs = await services.jobRuns.list();
        const now = services.clock.now();
        const rows = jobs.map((job) => jobRow(job, now));
        return {
          title: "Jobs",
          ...adminFrame(links, "jobs", { name: "Jobs" }),
          main: html`${pageHead("Jobs", ABOUT)}
${table("Jobs", COLUMNS, rows)}`,
        };
      },
    }),
  ];
}

function jobRow({ name, about, everyMs, lastRun, isOverdue }: Job, now: Date): Row {
  return [
    html`<span class="name">${name}</span><p class="sub">${about}</p>`,
    periodInWords(everyMs),
    lastRun === undefined ? html`<span class="muted">none known</span>` : moment(lastRun.endedAt, now),
    lastRun === undefined ? null : html`<span class="num">${durationInWords(lastRun.ms)}</span>`,
    html`${outcome(lastRun?.failed)} ${isOverdue ? badge("overdue", "bad") : null}`,
  ];
}

/** An error's text may hold what nobody is to read on a page: the log has it. */
function outcome(failed: boolean | undefined): SafeHtml | null {
  if (failed === undefined) return null;
  return failed ? html`${badge("failed", "bad")}<p class="sub">See the log.</p>` : badge("done", "ok");
}
