/** Binds the pages: the security steps are here, numbered, so that no page can forget one. */
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import type { z } from "zod";
import type { AuditLog } from "../../audit/audit-log.ts";
import { withOrigin } from "../../audit/request-origin.ts";
import { authenticateWebSession } from "../../authentication/authenticate-web-session.ts";
import type { AuthenticationServices } from "../../authentication/authentication-services.ts";
import { confirmWebSession, isConfirmed } from "../../authentication/confirm-web-session.ts";
import { failedCredential } from "../../authentication/failed-credential.ts";
import type { Config } from "../../config.ts";
import { ForbiddenError, KeysideError, NotFoundError, PayloadTooLargeError, ValidationError } from "../../errors.ts";
import type { AnswerFailure } from "../../http/error-handler.ts";
import { readForm } from "../../http/form.ts";
import { originOf, senderOf } from "../../http/request-sender.ts";
import { RESERVED_SEGMENTS } from "../../namespaces/path.ts";
import { isAdministrator } from "../../principals/principal.ts";
import { validate } from "../../schemas/validate.ts";
import { type PageAnswering, redirect, sendFile, show, showProblem, stream } from "./answer-page.ts";
import { type Assets, openAssets } from "./assets.ts";
import { sessionCookieName } from "./cookies.ts";
import { CONFIRMATION_FIELD, FormState, type TypedFields } from "./form-state.ts";
import { isFromOurPages } from "./origin-check.ts";
import { type Action, ANY_PATH, type Page, type PageRequest, type Redirect, type StreamedPage } from "./page.ts";
import type { PageProblem } from "./page-error.ts";
import { pageHeaders } from "./page-headers.ts";
import { createPageLinks, type PageLinks } from "./page-links.ts";
import { problemsOf } from "./problems.ts";
import { NOBODY, type Visitor } from "./visitor.ts";

/** Of a form, in bytes: more than any of ours sends. */
const MAXIMUM_FORM_BYTES = 256 * 1024;

/** What binding pages needs. */
export interface PageBinding extends PageAnswering {
  readonly services: AuthenticationServices & { readonly audit: AuditLog | undefined };
  /** Keyside's URL for clients. */
  readonly baseUrl: string;
}

/** Prepares what binding pages needs. */
export function pageBinding(
  services: PageBinding["services"] & { readonly config: Pick<Config, "url"> },
  answerFailure: AnswerFailure<PageProblem>,
): PageBinding & { readonly assets: Assets } {
  const baseUrl = services.config.url;
  const assets = openAssets();
  const links = createPageLinks(baseUrl, assets);
  return { services, assets, links, baseUrl, isHttps: baseUrl.startsWith("https:"), answerFailure };
}

type Bound = PageRequest<"signed_in", never, never>;

/** The router of all pages. An address belongs to the first of the pages that it fits. */
export function pageRouter(binding: PageBinding, pages: readonly Page[]): Router {
  const router = new Router();
  const headers = pageHeaders(binding.isHttps);
  for (const page of pages.filter(({ path }) => path !== ANY_PATH)) {
    router[page.method](page.path, async (ctx, next) => {
      if (ctx.matched?.find(({ methods }) => methods.length > 0)?.path !== page.path) return await next();
      await headers(ctx, () => withOrigin(originOf(ctx), () => answer(binding, page, ctx, ctx.params)));
    });
  }
  return router;
}

/**
 * Middleware that answers people where no other page is: with what has the address as its path, if they may see it, else as
 * where there is nothing. No route of its own, since it would be one of every method's and every program's address.
 */
export function anyPath(binding: PageBinding, pages: readonly Page[]): Middleware {
  const headers = pageHeaders(binding.isHttps);
  const page = pages.find(({ path }) => path === ANY_PATH);
  return async (ctx, next) => {
    if (page === undefined || !isForPeople(ctx)) return await next();
    const path = ctx.path.replace(/^\/|\/$/g, "");
    await headers(ctx, () => withOrigin(originOf(ctx), () => answer(binding, page, ctx, { path })));
  };
}

/** What programs ask for: whatever it is, it is no page. */
const OF_PROGRAMS = /^\/(?:api|jwt|registry|v2|\.well-known)(?:\/|$)/;

/** Whether a person's browser asks, and not for what is a program's. */
function isForPeople(ctx: Context): boolean {
  const isRead = ctx.method === "GET" || ctx.method === "HEAD";
  if (!isRead || ctx.accepts("json", "html") !== "html" || OF_PROGRAMS.test(ctx.path)) return false;
  // Files that browsers and search engines look for, such as robots.txt: nothing can be called so.
  return !(ctx.path.includes(".") && RESERVED_SEGMENTS.top.has(ctx.path.slice(1)));
}

async function answer(binding: PageBinding, page: Page, ctx: Context, params: unknown): Promise<void> {
  const { services, links, baseUrl } = binding;
  let visitor: Visitor | undefined;
  try {
    // 1. What changes something is asked for by our own pages.
    if (page.method !== "get" && !isFromOurPages(ctx.req.headers, baseUrl)) throw notFromOurPages(ctx, baseUrl);
    // 2. Who is it?
    visitor = await findVisitor(binding, ctx);
    // 3. Who is not signed in sees what everybody may see, and is led to the sign-in for all else.
    if (page.access !== "everyone" && visitor.kind === "anonymous")
      return redirect(binding, ctx, signInFirst(ctx, links));
    if (page.access === "administrator" && !isAdministrator(visitor.principal)) {
      throw new ForbiddenError("this page is for administrators, and you are none");
    }
    const request = {
      visitor,
      // 4. Is the address well-formed?
      params: readAddress(page.params, params),
      query: readAddress(page.query, ctx.query),
      sender: senderOf(ctx),
      needsPassword: visitor.kind === "signed_in" && !isConfirmed(visitor.session, services.clock),
      cookie: (name: string) => ctx.cookies.get(name),
    } as unknown as Bound;
    const result = page.method === "get" ? await page.show(request) : await act(binding, page, ctx, request);
    if (result === undefined) return;
    if ("download" in result) sendFile(ctx, result);
    else if ("redirect" in result) redirect(binding, ctx, result);
    else if ("parts" in result) stream(binding, ctx, visitor, result);
    else show(binding, ctx, visitor, result);
  } catch (thrown) {
    tellFailure(services.audit, page, thrown, ctx);
    // A page that does not exist and one that is hidden look alike: both may be there for who signs in.
    const isHidden = thrown instanceof NotFoundError || thrown instanceof ForbiddenError;
    if (isHidden && visitor?.kind === "anonymous") return redirect(binding, ctx, signInFirst(ctx, links));
    showProblem(binding, ctx, visitor ?? NOBODY, thrown);
  }
}

/** Does what a form asks for; undefined when the form was shown again. */
async function act(
  binding: PageBinding,
  page: Action,
  ctx: Context,
  request: Bound,
): Promise<Redirect | StreamedPage | undefined> {
  // 5. The form: what it says, and the password again where it is needed.
  const typed = await readTyped(ctx);
  try {
    const form = validate(page.form, typed);
    if (page.confirms === true && request.needsPassword) await confirm(binding, request, typed);
    // 6. The use case decides what the visitor may do.
    return await page.act({ ...request, form: form as never });
  } catch (thrown) {
    const problems = problemsOf(thrown);
    if (problems === undefined || page.again === undefined) throw thrown;
    tellFailure(binding.services.audit, page, thrown, ctx);
    // 7. Nothing that was typed is lost.
    const shown = await page.again(request, new FormState(typed, problems));
    const { status, headers } = binding.answerFailure(thrown, ctx.state["requestId"]);
    show(binding, ctx, request.visitor, shown);
    ctx.status = status;
    ctx.set(headers ?? {});
    return undefined;
  }
}

async function confirm({ services }: PageBinding, { visitor, sender }: Bound, typed: TypedFields): Promise<void> {
  const password = typed[CONFIRMATION_FIELD];
  if (typeof password !== "string" || password === "") {
    throw new ValidationError([
      { field: CONFIRMATION_FIELD, message: "is missing: it was given more than an hour ago" },
    ]);
  }
  await confirmWebSession(services, { session: visitor.session, password, sender }).catch((error: unknown) => {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError([{ field: CONFIRMATION_FIELD, message: "is wrong" }], { cause: error });
  });
}

async function findVisitor({ services, isHttps }: PageBinding, ctx: Context): Promise<Visitor> {
  const secret = ctx.cookies.get(sessionCookieName(isHttps));
  const session = secret === undefined ? undefined : await authenticateWebSession(services, secret, senderOf(ctx));
  return session === undefined ? NOBODY : { kind: "signed_in", principal: session.principal, session };
}

/** An address that no page of ours would lead to names nothing. */
function readAddress(schema: z.ZodType, input: unknown): unknown {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new NotFoundError("Page");
  return parsed.data;
}

async function readTyped(ctx: Context): Promise<TypedFields> {
  const length = ctx.request.length ?? 0;
  // One that says its length need not arrive first.
  if (length > MAXIMUM_FORM_BYTES) throw tooLarge(MAXIMUM_FORM_BYTES);
  // Browsers send a form without fields as an empty body, whose type some leave out.
  if (length === 0 && ctx.request.type === "") return {};
  const fields = await readForm(ctx, MAXIMUM_FORM_BYTES, tooLarge);
  return Object.fromEntries(
    Array.from(fields.entries(), ([name, values]) => {
      // As forms end lines. @see https://html.spec.whatwg.org/#constructing-entry-list
      const texts = values.map((value) => value.replaceAll("\r\n", "\n"));
      return [name, texts.length === 1 ? (texts[0] ?? "") : texts];
    }),
  );
}

function tooLarge(maximumBytes: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`a form has ${maximumBytes} bytes at most`);
}

function notFromOurPages(ctx: Context, baseUrl: string): ForbiddenError {
  const from = ctx.get("Origin") || "a page that does not say which";
  return new ForbiddenError(
    `this form was sent from ${from.slice(0, 200)}, not from a page of Keyside; open ${baseUrl} and send it from there`,
  );
}

function signInFirst(ctx: Context, links: PageLinks): Redirect {
  return { redirect: links.signIn(ctx.method === "GET" || ctx.method === "HEAD" ? ctx.path + ctx.search : undefined) };
}

/** What was refused for a credential is kept. */
function tellFailure(audit: AuditLog | undefined, page: Page, thrown: unknown, ctx: Context): void {
  if (audit === undefined || !(thrown instanceof KeysideError)) return;
  const failed = failedCredential(thrown);
  if (failed === undefined) return;
  audit.tell({
    ...failed,
    event: "sign_in.failed",
    credential: page.credential ?? "password",
    door: "web",
    presented: [],
    origin: originOf(ctx),
  });
}
