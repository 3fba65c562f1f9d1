/** The list of access tokens: which there are, who needs them, and which could go. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AccessToken } from "../../access-tokens/access-token.entity.ts";
import type { DescribedToken } from "../../access-tokens/describe-tokens.ts";
import type { FirstSteps } from "../../access-tokens/find-first-steps.ts";
import type { ReviewedTokens } from "../../access-tokens/review-tokens.ts";
import type { TokenState } from "../../access-tokens/token-standing.ts";
import { nameOfLevel } from "../../principals/access-level.ts";
import { act } from "../parts/act.ts";
import { badge } from "../parts/badge.ts";
import { banner } from "../parts/banner.ts";
import { spark } from "../parts/bars.ts";
import { confirmLink } from "../parts/dialog.ts";
import { emptyState } from "../parts/empty-state.ts";
import { ends } from "../parts/ends.ts";
import { filterPills } from "../parts/filter-pills.ts";
import { icon } from "../parts/icon.ts";
import { dayInWords, moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { rowLink } from "../parts/row-link.ts";
import { scopeChips } from "../parts/scopes.ts";
import { searchField } from "../parts/search-field.ts";
import { choosable, type Row, table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import type { ShownPage } from "../protocol/page.ts";
import { firstSteps } from "./first-steps.ts";
import { presetLinks } from "./preset-links.ts";
import type { TokenPlace } from "./token-place.ts";
import { endInWords, lastImageWords, person } from "./token-words.ts";

/** How many tokens a page lists. */
export const TOKENS_PER_PAGE = 50;

/** Which part of the list is looked at. */
export interface TokenListView {
  readonly state: TokenState;
  readonly search: string;
  readonly page: number;
}

/** What the page shows. */
export interface TokenList {
  readonly reviewed: ReviewedTokens;
  /** How far the project has come; undefined for personal tokens. */
  readonly steps: FirstSteps | undefined;
  readonly view: TokenListView;
  readonly now: Date;
}

const STATES: readonly (readonly [TokenState, string])[] = [
  ["active", "active"],
  ["ends_soon", "end soon"],
  ["safe_to_revoke", "safe to revoke"],
  ["unused_scopes", "with unused scopes"],
  ["inactive", "inactive"],
];

/** The page of the list. */
export function tokenListPage(place: TokenPlace, { reviewed, steps, view, now }: TokenList): ShownPage {
  const { links } = place;
  const { tokens, counts } = reviewed;
  const { state, search, page } = view;
  const at = (changes: Partial<TokenListView>) => {
    const to = { ...view, page: 1, ...changes };
    return links.list({
      ...(to.state === "active" ? {} : { state: to.state }),
      search: to.search,
      ...(to.page === 1 ? {} : { page: to.page }),
    });
  };
  const pills = STATES.map(([each, name]) => ({
    name,
    href: at({ state: each }),
    count: counts[each],
    isCurrent: each === state,
  }));
  const isNew = counts.active === 0 && counts.inactive === 0 && search === "";
  const list = isNew
    ? null
    : html`${toolbar(
        filterPills("Which tokens", pills),
        searchField({
          action: links.list(),
          label: "Search tokens",
          placeholder: "user" in place.of ? "Name or last four" : "Name, bot or last four",
          value: search,
          keep: state === "active" ? {} : { state },
        }),
      )}
${tokens.length === 0 ? nothingFound(view) : tokenTable(place, tokens, state, now)}
${pager({ page, perPage: TOKENS_PER_PAGE, total: counts[state], at: (to) => at({ page: to }) })}`;
  const add = place.isEnabled
    ? html`<a class="btn primary" href="${links.add()}">${icon("plus")}New token</a>`
    : undefined;
  return {
    title: place.project === undefined ? place.title : `${place.title} · ${place.project.project.fullPath.path}`,
    ...place.frame(),
    main: html`${pageHead(place.title, place.about, add)}
${place.isEnabled || place.project === undefined ? null : flagIsOff(place.project.project.fullPath.path)}
${steps === undefined || !place.isEnabled ? null : firstSteps(steps, place.image.prefix ?? "")}
${isNew ? noTokens(place) : list}`,
  };
}

/** Who is not an administrator cannot turn it on, and is told who can. */
function flagIsOff(path: string): SafeHtml {
  return banner({
    kind: "info",
    text: html`The feature flag <code>resource_access_token</code> is off for this project, so no token can be created or rotated. An administrator turns it on with <code>keyside feature enable resource_access_token --project ${path}</code>. Tokens that exist go on, and can be revoked.`,
  });
}

function noTokens(place: TokenPlace): SafeHtml {
  return emptyState({
    icon: "key",
    title: "No tokens yet",
    text: place.isEnabled
      ? "A token lets a job or a server in, without anybody's password. What is it for?"
      : "There will be some once they can be created.",
    ...(place.isEnabled ? { act: presetLinks(place) } : {}),
  });
}

const NOTHING_OF: Readonly<Record<TokenState, string>> = {
  active: "No active tokens.",
  ends_soon: "No token ends within 14 days.",
  safe_to_revoke: "Every token is in use, or is too new to tell.",
  unused_scopes: "No token has a scope that was not needed for 90 days.",
  inactive: "No token was revoked, or has expired.",
};

function nothingFound({ state, search }: TokenListView): SafeHtml {
  const text =
    search === ""
      ? NOTHING_OF[state]
      : html`No such token has <strong><bdi>${search}</bdi></strong> in its name, or at its end.`;
  return nothing(text);
}

function tokenTable(place: TokenPlace, tokens: readonly DescribedToken[], state: TokenState, now: Date): SafeHtml {
  const isInactive = state === "inactive";
  const columns = [
    { name: "Token" },
    { name: "Scopes", isWide: true },
    { name: "Last used" },
    { name: isInactive ? "Ended" : "Ends" },
    { name: "Actions", isActs: true },
  ];
  const rows = tokens.map((each) => tokenRow(place, each, isInactive, now));
  const list = table("Access tokens", columns, rows);
  if (isInactive) return list;
  return html`${list}
<form id="chosen" method="get" action="${place.links.revokeMany()}"><button class="btn danger" type="submit">Revoke the chosen</button></form>`;
}

function tokenRow(place: TokenPlace, described: DescribedToken, isInactive: boolean, now: Date): Row {
  const { token, standing, end } = described;
  return [
    isInactive
      ? nameOf(place, described, now)
      : choosable({ form: "chosen", name: "ids", value: token.id, object: token.name }, nameOf(place, described, now)),
    html`${scopeChips(token.scopes, standing.unusedScopes)}${limitsOf(described)}`,
    useOf(described, now),
    end === undefined ? html`${ends(token.expiresAt ?? null, now)}` : endInWords(end, now),
    rowActs(place, token, isInactive),
  ];
}

function rowActs({ links, isEnabled }: TokenPlace, { id, name }: AccessToken, isInactive: boolean): SafeHtml {
  // A token that works is repeated from its own page, where its name leads.
  const link = isInactive
    ? rowLink({ href: links.add({ from: id }), words: "Duplicate", object: name })
    : rowLink({ href: links.rotate(id), words: "Rotate", object: name });
  const revoke = confirmLink({ href: links.revoke(id), words: "Revoke", object: name, isDanger: true });
  return html`${isEnabled ? link : null}${isInactive ? null : revoke}`;
}

function nameOf(place: TokenPlace, described: DescribedToken, now: Date): SafeHtml {
  const { links, of } = place;
  const { token, createdBy, grace } = described;
  const role = token.accessLevel == null ? "" : `${nameOfLevel(token.accessLevel)} · `;
  const made = dayInWords(token.createdAt.toISOString().slice(0, 10));
  const about = token.description ?? "";
  return html`<a class="name" href="${links.one(token.id)}"><bdi>${token.name}</bdi></a><code class="tail">…${token.lastFour}</code>${about === "" ? null : html`<p class="sub"><bdi>${about}</bdi></p>`}${"instance" in of ? ownerLine(described) : null}${grace === undefined ? null : graceLine(place, described, now)}<p class="sub">${role}${"user" in of ? "made" : html`by ${person(createdBy)},`} ${made}</p>`;
}

/** Whose token it is. */
function ownerLine({ project, user }: DescribedToken): SafeHtml {
  return project === undefined
    ? html`<p class="sub">personal, of ${person(user)}</p>`
    : html`<p class="sub">of <strong><bdi>${project.path}</bdi></strong></p>`;
}

/** The old secret of a rotation: until when it works, and whether it could go. */
function graceLine({ of, links }: TokenPlace, { token, grace }: DescribedToken, now: Date): SafeHtml | null {
  if (grace === undefined) return null;
  const used = grace.token.lastUsedAt == null ? "never used" : html`used ${moment(grace.token.lastUsedAt, now)}`;
  return html`<div class="grace sub">Old secret <span class="mono">…${grace.token.lastFour}</span> ends ${moment(grace.retiresAt, now)}, ${used}. ${grace.safeToRetire ? badge("safe to end", "ok") : null} ${"instance" in of ? null : act({ action: links.retire(token.id), words: "End it", object: `the old secret of ${token.name}`, kind: "link" })}</div>`;
}

function limitsOf({ token }: DescribedToken): SafeHtml | null {
  const patterns = [...new Set((token.repositoryRules ?? []).flatMap(({ repositories }) => repositories))];
  const shown = patterns.slice(0, 3).map((pattern) => (pattern === "" ? "." : pattern));
  const more = patterns.length > 3 ? ` and ${patterns.length - 3} more` : "";
  return html`${patterns.length === 0 ? null : html`<p class="sub">only in <code>${shown.join(", ")}</code>${more}</p>`}${token.ipAllowList == null ? null : html`<p class="sub">only from <span class="num">${token.ipAllowList.slice(0, 3).join(", ")}</span>${token.ipAllowList.length > 3 ? ` and ${token.ipAllowList.length - 3} more` : ""}</p>`}`;
}

function useOf({ token, standing, use, project }: DescribedToken, now: Date): SafeHtml {
  const safe = standing.safeToRevoke ? html`<p class="sub">${badge("safe to revoke", "ok")}</p>` : null;
  if (token.lastUsedAt == null) return html`<span class="muted">never</span>${safe}`;
  const what = use?.last === undefined || project === undefined ? null : lastImageWords(use.last, project.path);
  const from = token.lastUsedIps?.[0];
  const days = use?.days ?? [];
  const first = days[0];
  const chart =
    first === undefined
      ? null
      : spark({ from: first.day, counts: days.map(({ pulls, pushes }) => pulls + pushes), one: "use" });
  return html`<div class="used"><div>${moment(token.lastUsedAt, now)}${what === null ? null : html`<p class="sub"><bdi>${what}</bdi></p>`}${from === undefined ? null : html`<p class="sub num">from ${from}</p>`}</div>${chart}</div>${safe}`;
}
