/** The list of accounts: who there is, and what an administrator can do about them. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AccountCounts } from "../../accounts/count-accounts.ts";
import type { User } from "../../users/user.entity.ts";
import { badge } from "../parts/badge.ts";
import { confirmLink } from "../parts/dialog.ts";
import { filterPills } from "../parts/filter-pills.ts";
import { icon } from "../parts/icon.ts";
import { moment } from "../parts/moment.ts";
import { moreMenu } from "../parts/more-menu.ts";
import { nothing } from "../parts/nothing.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { type Row, table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { adminFrame } from "./admin-menu.ts";

/** How many accounts a page lists. */
export const USERS_PER_PAGE = 50;

/** Which accounts can be looked at: humans who may sign in, those who may not, and the bots of tokens. */
export const SHOWN_ACCOUNTS = ["active", "blocked", "bots"] as const;
/** One of them. */
export type ShownAccounts = (typeof SHOWN_ACCOUNTS)[number];

/** Which part of the list is looked at. */
export interface UserListView {
  readonly show: ShownAccounts;
  readonly search: string;
  readonly page: number;
}

/** What the page shows. */
export interface UserList {
  readonly users: readonly User[];
  readonly counts: AccountCounts;
  readonly view: UserListView;
  /** The administrator who looks. */
  readonly viewerId: number;
  readonly now: Date;
}

const NAMES: Readonly<Record<ShownAccounts, string>> = { active: "active", blocked: "blocked", bots: "bots" };

const NONE: Readonly<Record<ShownAccounts, string>> = {
  active: "No active users.",
  blocked: "Nobody is blocked.",
  bots: "No bots: each comes with a project access token.",
};

/** The page of the list. */
export function userListPage(links: PageLinks, list: UserList): ShownPage {
  const { users, counts, view } = list;
  const { show, search, page } = view;
  const at = (changes: Partial<UserListView>) => {
    const to = { ...view, page: 1, ...changes };
    return links.adminLinks.users({
      ...(to.show === "active" ? {} : { show: to.show }),
      search: to.search,
      ...(to.page === 1 ? {} : { page: to.page }),
    });
  };
  const pills = SHOWN_ACCOUNTS.map((each) => ({
    name: NAMES[each],
    href: at({ show: each }),
    count: counts[each],
    isCurrent: each === show,
  }));
  const tools = toolbar(
    filterPills("Which users", pills),
    searchField({
      action: links.adminLinks.users(),
      label: "Search users",
      placeholder: "Name, username or e-mail",
      value: search,
      keep: show === "active" ? {} : { show },
    }),
  );
  const add = html`<a class="btn primary" href="${links.adminLinks.newUser()}">${icon("plus")}New user</a>`;
  return {
    title: "Users",
    ...adminFrame(links, "users", { name: "Users" }),
    main: html`${pageHead("Users", "Everybody who has an account, and the bots of access tokens.", add)}
${tools}
${users.length === 0 ? nothingFound(view) : table("Users", COLUMNS, rows(links, list))}
${pager({ page, perPage: USERS_PER_PAGE, total: counts[show], at: (to) => at({ page: to }) })}`,
  };
}

function nothingFound({ show, search }: UserListView): SafeHtml {
  const text =
    search === ""
      ? NONE[show]
      : html`None of these has <strong><bdi>${search}</bdi></strong> in the name, the username or the e-mail address.`;
  return nothing(text);
}

const COLUMNS = [
  { name: "User" },
  { name: "E-mail address", isWide: true },
  { name: "Since" },
  { name: "Actions", isActs: true },
];

function rows(links: PageLinks, { users, viewerId, now }: UserList): Row[] {
  return users.map((user) => [
    nameOf(user, user.id === viewerId),
    html`<bdi>${user.email}</bdi>`,
    moment(user.createdAt, now),
    user.userType === "human" ? actsOf(links, user, user.id === viewerId) : tokenOf(links, user),
  ]);
}

function nameOf({ name, username, admin, state }: User, isViewer: boolean): SafeHtml {
  const marks = [
    admin ? badge("administrator", "warn") : null,
    state === "blocked" ? badge("blocked", "bad") : null,
    isViewer ? badge("you", "ok") : null,
  ];
  return html`<span class="name"><bdi>${name}</bdi></span> ${marks}<p class="sub">@${username}</p>`;
}

/** A bot is its token's: what can be done is done there. */
function tokenOf(links: PageLinks, { username }: User): SafeHtml {
  return html`<a class="btn" href="${links.accessTokens("instance").list({ search: username })}">Its token<span class="vh"> <bdi>${username}</bdi></span></a>`;
}

/** Nobody can block, demote or delete themselves: so an instance keeps an administrator. */
function actsOf(links: PageLinks, { id, username, admin, state }: User, isViewer: boolean): SafeHtml {
  const to = (words: string, page: string) => ({ words, href: links.adminLinks.user(id, page) });
  const isBlocked = state === "blocked";
  const signingIn = isBlocked
    ? []
    : [to("Make a sign-in link", "sign_in_link"), to("Make an invitation", "invitation")];
  const rights = admin
    ? to("Take administrator's rights", "take_administrator")
    : to("Make administrator", "make_administrator");
  const block = isBlocked
    ? confirmLink({ href: links.adminLinks.user(id, "unblock"), words: "Unblock", object: username })
    : confirmLink({ href: links.adminLinks.user(id, "block"), words: "Block", object: username, isDanger: true });
  if (isViewer) return moreMenu(username, signingIn);
  return html`${block}${moreMenu(username, [...signingIn, rights, to("Delete", "delete")])}`;
}
