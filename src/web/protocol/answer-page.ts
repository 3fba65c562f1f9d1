/** Sends what a page answers with: the page in its frame, a file, the way to another page, or what went wrong. */
import { Readable } from "node:stream";
import type { Context } from "koa";
import type { AnswerFailure } from "../../http/error-handler.ts";
import { errorPage } from "../parts/error-page.ts";
import { frame } from "../parts/frame.ts";
import { changeCookies, NOTICE_COOKIE, sessionCookie, THEME_COOKIE } from "./cookies.ts";
import { noticeCookie, readNotice } from "./notice.ts";
import type { Download, Redirect, ShownPage } from "./page.ts";
import type { PageProblem } from "./page-error.ts";
import type { PageLinks } from "./page-links.ts";
import { readTheme } from "./theme.ts";
import type { Visitor } from "./visitor.ts";

/** What answering needs. */
export interface PageAnswering {
  readonly links: PageLinks;
  /** Whether clients reach Keyside by https: cookies then travel by it alone. */
  readonly isHttps: boolean;
  readonly answerFailure: AnswerFailure<PageProblem>;
}

/** Leads on. */
export function redirect({ isHttps }: PageAnswering, ctx: Context, to: Redirect): void {
  const changes = [
    ...(to.cookies ?? []),
    ...(to.session === undefined ? [] : [sessionCookie(to.session, isHttps)]),
    ...(to.notice === undefined ? [] : [noticeCookie(to.notice)]),
  ];
  changeCookies(ctx, changes, isHttps);
  ctx.set(to.headers ?? {});
  ctx.status = 303;
  ctx.set("Location", to.redirect);
  ctx.body = "";
}

/** Sends a file, as it is made. */
export function sendFile(ctx: Context, { download, type, filename }: Download): void {
  ctx.status = 200;
  ctx.attachment(filename);
  ctx.type = type;
  ctx.body = Readable.from(download);
}

/** Shows a page in the frame that all share. */
export function show({ links, isHttps }: PageAnswering, ctx: Context, visitor: Visitor, page: ShownPage): void {
  const notice = readNotice(ctx.cookies.get(NOTICE_COOKIE));
  const seen = notice === undefined ? [] : [noticeCookie(undefined)];
  changeCookies(ctx, [...(page.cookies ?? []), ...seen], isHttps);
  ctx.status = 200;
  ctx.type = "html";
  ctx.body = String(frame({ page, visitor, notice, theme: readTheme(ctx.cookies.get(THEME_COOKIE)), links }));
}

/** Shows what went wrong. */
export function showProblem(answering: PageAnswering, ctx: Context, visitor: Visitor, thrown: unknown): void {
  const requestId: string = ctx.state["requestId"];
  const { status, body, headers } = answering.answerFailure(thrown, requestId);
  show(answering, ctx, visitor, errorPage({ ...body, status, requestId, links: answering.links }));
  ctx.status = status;
  ctx.set(headers ?? {});
}
