/** Sends what a page answers with: the page in its frame, a file, the way to another page, or what went wrong. */
import { Readable } from "node:stream";
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Context } from "koa";
import type { AnswerFailure } from "../../http/error-handler.ts";
import { errorPage } from "../parts/error-page.ts";
import { type FrameHalves, frame } from "../parts/frame.ts";
import { changeCookies, NOTICE_COOKIE, sessionCookie, THEME_COOKIE } from "./cookies.ts";
import { noticeCookie, readNotice } from "./notice.ts";
import type { Download, Redirect, ShownPage, StreamedPage } from "./page.ts";
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
export function show(answering: PageAnswering, ctx: Context, visitor: Visitor, page: ShownPage): void {
  const { start, end } = beginPage(answering, ctx, visitor, page);
  ctx.body = String(html`${start}${page.main}${end}`);
}

/** Shows a page of which each part is sent as soon as it is there. */
export function stream(answering: PageAnswering, ctx: Context, visitor: Visitor, page: StreamedPage): void {
  const { start, end } = beginPage(answering, ctx, visitor, page);
  // Else a proxy keeps the parts until it has all of them. @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html
  ctx.set("X-Accel-Buffering", "no");
  ctx.body = Readable.from(inOrder(start, page.parts, end));
}

async function* inOrder(start: SafeHtml, parts: AsyncIterable<SafeHtml>, end: SafeHtml): AsyncGenerator<string> {
  yield String(start);
  for await (const part of parts) yield String(part);
  yield String(end);
}

function beginPage(
  { links, isHttps }: PageAnswering,
  ctx: Context,
  visitor: Visitor,
  page: Omit<ShownPage, "main">,
): FrameHalves {
  const notice = readNotice(ctx.cookies.get(NOTICE_COOKIE));
  const seen = notice === undefined ? [] : [noticeCookie(undefined)];
  changeCookies(ctx, [...(page.cookies ?? []), ...seen], isHttps);
  ctx.status = 200;
  ctx.type = "html";
  return frame({ page, visitor, notice, theme: readTheme(ctx.cookies.get(THEME_COOKIE)), links });
}

/** Shows what went wrong. */
export function showProblem(answering: PageAnswering, ctx: Context, visitor: Visitor, thrown: unknown): void {
  const requestId: string = ctx.state["requestId"];
  const { status, body, headers } = answering.answerFailure(thrown, requestId);
  show(answering, ctx, visitor, errorPage({ ...body, status, requestId, links: answering.links }));
  ctx.status = status;
  ctx.set(headers ?? {});
}
