/** The administrators' first page: how much there is, and what of the service needs attention. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { countTokens } from "../../access-tokens/count-tokens.ts";
import type { TokenCounts } from "../../access-tokens/find-standings.ts";
import { type AccountCounts, countAccounts } from "../../accounts/count-accounts.ts";
import { countProjects } from "../../projects/count-projects.ts";
import { expiryWarnings } from "../../signing/expiry-warnings.ts";
import { VERSION } from "../../version.ts";
import { banner } from "../parts/banner.ts";
import { facts } from "../parts/facts.ts";
import { counted } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { type Page, view } from "../protocol/page.ts";
import { sentence } from "../protocol/page-error.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { adminFrame } from "./admin-menu.ts";
import { checksWarning } from "./checks-warning.ts";
import type { Job } from "./job-runs-reader.ts";

const ABOUT = "How much this instance holds, and what of it needs attention.";

/** How much there is. */
interface Numbers {
  readonly accounts: AccountCounts;
  readonly projects: number;
  readonly tokens: TokenCounts;
}

/** `/admin`. @see docs/spec/web.md "Pages" */
export function overviewPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/admin",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      async show({ visitor: { principal: caller } }) {
        const em = services.database.em();
        const numbers = {
          accounts: await countAccounts(em, caller, ""),
          projects: await countProjects(em, caller),
          tokens: await countTokens(services, caller),
        };
        const jobs = await services.jobRuns.list();
        const checks = await services.registryChecks.read();
        return {
          title: "Overview",
          ...adminFrame(links, "overview", { name: "Overview" }),
          main: html`${pageHead("Overview", ABOUT)}
${warnings(services)}
${jobWarnings(links, jobs)}
${checksWarning(checks, services.clock.now(), links)}
<section class="card pad" aria-label="The instance">${instance(links, numbers)}</section>`,
        };
      },
    }),
  ];
}

function instance(links: PageLinks, { accounts, projects, tokens }: Numbers): SafeHtml {
  const { adminLinks } = links;
  const tokenLinks = links.accessTokens("instance");
  const number = (href: Href, count: number, name: string) => html`<a href="${href}">${counted(count, name)}</a>`;
  return facts([
    {
      name: "People",
      value: number(adminLinks.users(), accounts.active, "active user"),
      note: number(adminLinks.users({ show: "blocked" }), accounts.blocked, "blocked user"),
    },
    { name: "Bots", value: number(adminLinks.users({ show: "bots" }), accounts.bots, "bot") },
    { name: "Projects", value: number(adminLinks.projects(), projects, "project") },
    {
      name: "Access tokens",
      value: number(tokenLinks.list(), tokens.active, "active token"),
      note: html`${number(tokenLinks.list({ state: "ends_soon" }), tokens.ends_soon, "token")} ending soon, ${number(tokenLinks.list({ state: "safe_to_revoke" }), tokens.safe_to_revoke, "token")} safe to revoke`,
    },
    {
      name: "More",
      value: html`<a href="${adminLinks.featureFlags()}">Feature flags</a>, <a href="${links.activity("instance").list()}">audit</a>, <a href="${adminLinks.registry()}">registry</a>, <a href="${adminLinks.jobs()}">jobs</a>`,
    },
    { name: "Version", value: html`<span class="num">${VERSION}</span>` },
  ]);
}

/** What of the service itself needs attention. */
function warnings({ signingKeys, clock, audit, database }: WebServices): SafeHtml[] {
  const keys = expiryWarnings(signingKeys, clock.now());
  const disk = "the database's disk is full: nothing can be written until there is room; no restart is needed";
  const log = "the audit log cannot be written, and nothing is issued without it: see the log of the service";
  const texts = [...(database.diskIsFull ? [disk] : []), ...(audit?.stopsIssuing === true ? [log] : []), ...keys];
  return texts.map((text) => banner({ kind: "danger", text: sentence(text) }));
}

/** Which jobs need attention. */
function jobWarnings(links: PageLinks, jobs: readonly Job[]): SafeHtml[] {
  const failed = jobs.filter(({ lastRun }) => lastRun?.failed === true).length;
  const overdue = jobs.filter(({ isOverdue }) => isOverdue).length;
  const warn = (count: number, rest: string) => {
    const text = html`<a href="${links.adminLinks.jobs()}">${counted(count, "job")}</a> ${rest}`;
    return count === 0 ? [] : [banner({ kind: "warn", text })];
  };
  return [...warn(failed, "failed when last run."), ...warn(overdue, "ought to have run again by now.")];
}
