/** Samples of lists: filters, search, tables, pages. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays, utcDate } from "../../clock.ts";
import { act } from "../parts/act.ts";
import { badge } from "../parts/badge.ts";
import { bars, spark } from "../parts/bars.ts";
import { confirmLink } from "../parts/dialog.ts";
import { disclosure } from "../parts/disclosure.ts";
import { ends } from "../parts/ends.ts";
import { filterPills } from "../parts/filter-pills.ts";
import { moreMenu } from "../parts/more-menu.ts";
import { pager } from "../parts/pager.ts";
import { scopeChips } from "../parts/scopes.ts";
import { searchField } from "../parts/search-field.ts";
import { choosable, type NewRow, type Row, table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import type { PageLinks } from "../protocol/page-links.ts";

const COUNTS = [4, 9, 3, 0, 0, 12, 7, 9, 14, 2, 0, 0, 8, 11, 6, 5, 9, 0, 0, 13, 16, 9, 4, 7, 0, 0, 9, 12, 7, 10];
const DAILY = { from: "2026-11-01", counts: COUNTS, one: "use" };

/** The samples. */
export function listSamples(links: PageLinks, now: Date): SafeHtml {
  const href = links.styleguide();
  const pill = (name: string, count: number, isCurrent = false) => ({ name, count, href, isCurrent });
  return html`${toolbar(
    filterPills("Filter tokens", [
      pill("active", 1204, true),
      pill("ends soon", 1),
      pill("safe to revoke", 1),
      pill("unused scopes", 1),
      pill("inactive", 12),
    ]),
    searchField({ action: href, label: "Search tokens", placeholder: "Name, bot or last four", value: "" }),
  )}
${table("Active tokens", COLUMNS, rows(links, now))}
<form class="acts" id="revoke-many" method="post" action="${href}"><button class="btn danger" type="submit">Revoke those chosen</button></form>
${pager({ page: 2, perPage: 50, total: 1204, at: () => href })}
<section class="card pad" aria-label="Use">${bars("Uses", DAILY)}${bars("Pushes", { ...DAILY, counts: COUNTS.map(() => 0) })}</section>
${disclosure({ summary: "12 inactive tokens", isCard: true, content: table("Inactive tokens", INACTIVE, inactiveRows(now)) })}`;
}

const COLUMNS = [
  { name: "Token" },
  { name: "Scopes", isWide: true },
  { name: "Last used" },
  { name: "Ends" },
  { name: "Actions", isActs: true },
];

function rows(links: PageLinks, now: Date): (Row | NewRow)[] {
  return [
    {
      isNew: true,
      cells: [
        token(links, "deploy-prod", "9iB1", html`Pulls on the production hosts<br>Reporter, by Mira Lund, just now`),
        scopeChips(["read_registry"]),
        html`<span class="muted">never</span>`,
        ends("2027-02-22", now),
        acts(links, "deploy-prod"),
      ],
    },
    [
      token(links, "ci-push", "Yx3Q", html`GitHub Actions, main branch<br>Developer, by Mira Lund`),
      scopeChips(["read_registry", "write_registry"]),
      html`<div class="used"><div>2 min. ago<p class="sub">pushed web:1.8.2</p></div>${spark(DAILY)}</div>`,
      ends(addDays(utcDate(now), 3), now),
      acts(links, "ci-push"),
    ],
    [
      token(links, "old-jenkins", "pL2m", html`Maintainer, by Jonas Weber`),
      scopeChips(["api", "write_registry", "delete_registry"], ["delete_registry"]),
      html`214 days ago<p class="sub">${badge("safe to revoke", "ok")}</p>`,
      ends(null, now),
      acts(links, "old-jenkins"),
    ],
  ];
}

function token(links: PageLinks, name: string, lastFour: string, about: SafeHtml): SafeHtml {
  const head = html`<a class="name" href="${links.styleguide()}"><bdi>${name}</bdi></a><span class="tail mono">…${lastFour}</span><p class="sub">${about}</p>`;
  return choosable({ form: "revoke-many", name: "tokens", value: name, object: name }, head);
}

function acts(links: PageLinks, object: string): SafeHtml {
  const href = links.styleguide();
  return html`${act({ action: href, words: "Rotate", object })}${confirmLink({ href: links.styleguideConfirmation(), words: "Revoke", object, isDanger: true })}${moreMenu(object, [{ words: "Duplicate", href }])}`;
}

const INACTIVE = [{ name: "Token" }, { name: "Ended" }];

function inactiveRows(now: Date): Row[] {
  return [
    [html`<span class="name">old-ci</span> ${badge("expired", "bad")}`, ends("2026-10-01", now)],
    [html`<span class="name">laptop</span> ${badge("revoked", "bad")}`, "by Mira Lund"],
  ];
}
