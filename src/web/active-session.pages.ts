/** Where one is signed in: with browsers here, and with clients at registries. Each can be ended. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { browserName } from "../authentication/browser-name.ts";
import { endOtherSignIns, endOwnWebSession } from "../authentication/end-own-web-sessions.ts";
import { listWebSessions } from "../authentication/list-web-sessions.ts";
import type { WebSession } from "../authentication/web-session.entity.ts";
import { listRefreshTokens } from "../refresh-tokens/list-refresh-tokens.ts";
import type { RefreshToken } from "../refresh-tokens/refresh-token.entity.ts";
import { revokeRefreshToken } from "../refresh-tokens/revoke-refresh-token.ts";
import { id } from "../schemas/fields.ts";
import { act } from "./parts/act.ts";
import { badge } from "./parts/badge.ts";
import { moment } from "./parts/moment.ts";
import { pageHead } from "./parts/page-head.ts";
import { pageQuery, pager } from "./parts/pager.ts";
import { type Row, table } from "./parts/table.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { settingsMenu } from "./settings-menu.ts";
import type { WebServices } from "./web-services.ts";

/** A user has no more sessions than this: all of them are on the first page. */
const PER_PAGE = 50;

const one = z.object({ id: id() });

/** `/-/user_settings/active_sessions` and what is below it. @see docs/spec/web.md "Pages" */
export function activeSessionPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/user_settings/active_sessions",
      access: "signed_in",
      params: NOTHING,
      query: pageQuery,
      async show({ visitor, query: { page } }) {
        const caller = visitor.principal;
        const now = services.clock.now();
        const bounds = { limit: PER_PAGE, offset: (page - 1) * PER_PAGE };
        const [sessions] = await listWebSessions(services, { caller }, bounds);
        const em = services.database.em();
        const [tokens, total] = await listRefreshTokens(em, { caller, owner: "self" }, bounds);
        const rows = [
          ...sessions.map((session) => sessionRow(session, session.id === visitor.session.id, now, links)),
          ...tokens.map((token) => signInRow(token, now, links)),
        ];
        return {
          title: "Active sessions",
          crumbs: [{ name: "Your account" }],
          side: settingsMenu(links, "active_sessions"),
          main: html`${pageHead(
            "Active sessions",
            "Browsers that are signed in here, and docker and other clients that are signed in to registries with your password. End what you do not know.",
            act({ action: links.endOtherSignIns(), words: "End all others", kind: "danger" }),
          )}
${table("Active sessions", COLUMNS, rows)}
${pager({ page, perPage: PER_PAGE, total, at: (to) => links.at(`/-/user_settings/active_sessions?page=${to}`) })}`,
        };
      },
    }),
    action({
      path: "/-/user_settings/active_sessions/:id/end",
      access: "signed_in",
      params: one,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor: { session }, params }) {
        await endOwnWebSession(services, { session, sessionId: params.id });
        return { redirect: links.activeSessions(), notice: "session_ended" };
      },
    }),
    action({
      path: "/-/user_settings/registry_sign_ins/:id/end",
      access: "signed_in",
      params: one,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor: { principal: caller }, params }) {
        await revokeRefreshToken(services, { caller, owner: "self", tokenId: params.id });
        return { redirect: links.activeSessions(), notice: "registry_sign_in_ended" };
      },
    }),
    action({
      path: "/-/user_settings/active_sessions/end_others",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor: { session } }) {
        await endOtherSignIns(services, { session });
        return { redirect: links.activeSessions(), notice: "other_sign_ins_ended" };
      },
    }),
  ];
}

const COLUMNS = [
  { name: "Signed in", isWide: true },
  { name: "From" },
  { name: "Last seen" },
  { name: "Since" },
  { name: "Actions", isActs: true },
];

const METHODS = { password: "with your password", link: "with a sign-in link" } as const;

function sessionRow(session: WebSession, isThis: boolean, now: Date, links: PageLinks): Row {
  const name = browserName(session.browser ?? null);
  return [
    html`<span class="name"><bdi>${name}</bdi></span> ${isThis ? badge("this one", "ok") : null}<p class="sub">${METHODS[session.method]}</p>`,
    html`<span class="num">${session.network === "" ? "unknown" : session.network}</span>`,
    isThis ? "now" : moment(session.lastSeenAt, now),
    moment(session.createdAt, now),
    isThis
      ? act({ action: links.signOut(), words: "Sign out" })
      : act({ action: links.endSession(session.id), words: "End", object: name }),
  ];
}

function signInRow(token: RefreshToken, now: Date, links: PageLinks): Row {
  const name = token.clientId ?? "A registry client";
  return [
    html`<span class="name"><bdi>${name}</bdi></span><p class="sub">at <bdi>${token.service}</bdi>, ends in <code>${token.lastFour}</code></p>`,
    html`<span class="muted">not recorded</span>`,
    token.lastUsedAt == null ? html`<span class="muted">never</span>` : moment(token.lastUsedAt, now),
    moment(token.createdAt, now),
    act({ action: links.endRefreshToken(token.id), words: "End", object: name }),
  ];
}
