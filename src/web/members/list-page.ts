/** The list of members: who is one, by what, and what can be done about it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { managesMembers } from "../../members/member-place.ts";
import type { FixedBy, MemberFilter, ReviewedMember, ReviewedMembers } from "../../members/review-members.ts";
import { nameOfLevel } from "../../principals/access-level.ts";
import { badge } from "../parts/badge.ts";
import { confirmLink } from "../parts/dialog.ts";
import { filterPills } from "../parts/filter-pills.ts";
import { icon } from "../parts/icon.ts";
import { moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { sectionHead } from "../parts/section-head.ts";
import { type Row, table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href } from "../protocol/page-links.ts";
import type { ShownPlace } from "./member-place.ts";

/** How many members a page lists. */
export const MEMBERS_PER_PAGE = 50;

/** What the page shows. */
export interface MemberList {
  readonly reviewed: ReviewedMembers;
  /** Where the tokens of the bots are shown, by the bots' ids. */
  readonly tokens: ReadonlyMap<number, Href>;
  readonly view: MemberFilter & { readonly page: number };
  readonly visitorId: number;
  readonly now: Date;
}

const ABOUT = {
  project: "People and bots with a role in this project, those of the groups above it among them.",
  group: "People with a role in this group, and in all groups and projects in it.",
} as const;

/** The page of the list. */
export function memberListPage(place: ShownPlace, list: MemberList): ShownPage {
  const { kind, found, links, frame } = place;
  const { reviewed, view } = list;
  const { members, counts } = reviewed;
  const { show, search, page } = view;
  const at = (to: Partial<MemberList["view"]>) => {
    const next = { ...view, page: 1, ...to };
    return links.list({
      ...(next.show === "all" ? {} : { show: next.show }),
      search: next.search,
      ...(next.page === 1 ? {} : { page: next.page }),
    });
  };
  const all = counts.people + counts.bots;
  const total = { all, ...counts }[show];
  const pill = (name: string, each: MemberFilter["show"], count: number) => ({
    ...{ name, count, href: at({ show: each }), isCurrent: each === show },
  });
  const add = managesMembers(found)
    ? html`<a class="btn primary" href="${links.add()}" data-dialog>${icon("plus")}Add a member</a>`
    : undefined;
  const people = members.filter(({ userType }) => userType !== "project_bot");
  const bots = members.filter(({ userType }) => userType === "project_bot");
  return {
    title: `Members · ${found.path}`,
    ...frame(),
    main: html`${pageHead("Members", ABOUT[kind], add)}
${toolbar(
  kind === "project"
    ? filterPills("Which members", [
        pill("in all", "all", all),
        pill("people", "people", counts.people),
        pill("bots", "bots", counts.bots),
      ])
    : null,
  searchField({
    action: links.list(),
    label: "Search members",
    placeholder: "Name or username",
    value: search,
    keep: show === "all" ? {} : { show },
  }),
)}
${total === 0 ? nothingFound(view) : null}
${people.length === 0 ? null : peopleTable(place, people, list)}
${bots.length === 0 ? null : botTable(bots, list)}
${pager({ page, perPage: MEMBERS_PER_PAGE, total, at: (to) => at({ page: to }) })}`,
  };
}

const NOTHING_OF = {
  all: "Nobody is a member.",
  people: "No person is a member.",
  bots: "There is no bot: each access token of the project brings one.",
} as const;

function nothingFound({ show, search }: MemberFilter): SafeHtml {
  const text =
    search === ""
      ? NOTHING_OF[show]
      : html`No member has <strong><bdi>${search}</bdi></strong> in their name or username.`;
  return nothing(text);
}

function peopleTable(place: ShownPlace, people: readonly ReviewedMember[], { visitorId, now }: MemberList): SafeHtml {
  const columns = [
    { name: "Person" },
    { name: "Role" },
    { name: "From" },
    { name: "Added" },
    { name: "Actions", isActs: true },
  ];
  const rows = people.map((member): Row => {
    const { inheritedFrom } = member;
    const why = member.fixedBy === undefined ? undefined : WHY_FIXED[member.fixedBy];
    return [
      whoIs(member, member.userId === visitorId),
      html`${nameOfLevel(member.accessLevel)}${why === undefined ? null : html`<p class="sub">${why}</p>`}`,
      inheritedFrom === null
        ? `this ${place.kind}`
        : html`${badge("inherited")}<p class="sub">from <bdi>${inheritedFrom}</bdi></p>`,
      added(member, now),
      controls(place, member, member.userId === visitorId),
    ];
  });
  return table("People", columns, rows);
}

/** What is said beside a role that nobody, or not this visitor, can change. */
const WHY_FIXED: Partial<Readonly<Record<FixedBy, string>>> = {
  last_owner: "the only Owner, whom a group must keep: make another member its Owner first",
  level: "above your own role",
};

function whoIs({ name, username, state }: ReviewedMember, isVisitor: boolean): SafeHtml {
  return html`<span class="name"><bdi>${name}</bdi></span> ${isVisitor ? badge("you", "ok") : null} ${state === "blocked" ? badge("blocked", "warn") : null}<p class="sub">@${username}</p>`;
}

function added({ addedAt, addedBy }: ReviewedMember, now: Date): SafeHtml {
  const by = addedBy === null ? null : addedBy.userType === "ghost" ? "Ghost User" : html`<bdi>${addedBy.name}</bdi>`;
  return html`${moment(addedAt, now)}${by === null ? null : html`<p class="sub">by ${by}</p>`}`;
}

function controls({ links }: ShownPlace, member: ReviewedMember, isVisitor: boolean): SafeHtml | null {
  const { userId, name, fixedBy, mayRemove } = member;
  if (!mayRemove) return null;
  const change =
    fixedBy === undefined ? confirmLink({ href: links.change(userId), words: "Change role", object: name }) : null;
  const words = isVisitor ? "Leave" : "Remove";
  return html`${change}${confirmLink({ href: links.remove(userId), words, object: name, isDanger: true })}`;
}

function botTable(bots: readonly ReviewedMember[], { tokens, now }: MemberList): SafeHtml {
  const rows = bots.map((bot): Row => {
    const href: Href | undefined = tokens.get(bot.userId);
    return [
      whoIs(bot, false),
      nameOfLevel(bot.accessLevel),
      added(bot, now),
      href === undefined
        ? null
        : html`<a class="btn" href="${href}">Its token<span class="vh"> <bdi>${bot.name}</bdi></span></a>`,
    ];
  });
  const columns = [{ name: "Bot" }, { name: "Role" }, { name: "Added" }, { name: "Token", isActs: true }];
  return html`<section aria-labelledby="bots">${sectionHead("bots", "Bots", "A bot is a member because of its access token, and as long as that lives: to end what it may do, revoke the token.")}</section>
${table("Bots", columns, rows)}`;
}
