/** `GET /:project.git/info/refs`, `POST /:project.git/git-upload-pack` and `.../git-receive-pack`: Git over HTTP. */
import type { IncomingMessage } from "node:http";
import type { Context, Middleware } from "koa";
import type { AuditLog } from "../audit/audit-log.ts";
import { formsOf } from "../audit/clean-text.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import { failedCredential } from "../authentication/failed-credential.ts";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import type { AnswerFailure } from "../http/error-handler.ts";
import { originOf, senderOf } from "../http/request-sender.ts";
import { sendJson } from "../http/send-json.ts";
import type { Links } from "../links.ts";
import { type AuthorizedGit, authorizeGit } from "./authorize.ts";
import { type GitAddress, readGitAddress } from "./git-address.ts";
import {
  authenticate,
  type GitCredential,
  isVersion2,
  readCredential,
  readProtocol,
  requireGitBody,
} from "./git-request.ts";
import { type HttpExchange, runOverHttp } from "./run-over-http.ts";
import type { ServingServices } from "./serve-git.ts";

/** The services that Git over HTTP needs. */
export interface GitHttpServices extends ServingServices, AuthenticationServices {
  readonly audit: AuditLog | undefined;
  readonly links: Links;
}

/** With what the server itself is told. */
interface GitRoutesServices extends GitHttpServices {
  /** Is told of each request that is let in: its body may take longer than those of others. */
  readonly unhurry: (request: IncomingMessage) => void;
}

/** Of both: what Git clients must not keep. @see git `http-backend.c`, hdr_nocache */
const NOT_KEPT = "no-cache, max-age=0, must-revalidate";

const PACKET_OF_SERVICE = {
  "upload-pack": "001e# service=git-upload-pack\n0000",
  "receive-pack": "001f# service=git-receive-pack\n0000",
} as const;

/**
 * Middleware that answers Git's addresses, and no others; `answerFailure` answers in Git's dialect.
 *
 * @see docs/spec/git.md "HTTP"
 */
export function gitRoutes(services: GitRoutesServices, answerFailure: AnswerFailure<string>): Middleware {
  return async (ctx, next) => {
    const address = readGitAddress(ctx.method, ctx.path, ctx.querystring);
    if (address === undefined) return await next();
    ctx.set({ "Cache-Control": NOT_KEPT, "X-Content-Type-Options": "nosniff" });
    try {
      await answer(services, ctx, address);
    } catch (thrown) {
      tellFailure(services.audit, thrown, ctx);
      const { status, body, headers = {} } = answerFailure(thrown, ctx.state["requestId"]);
      ctx.status = status;
      ctx.set({ ...headers, "Content-Type": "text/plain; charset=utf-8" });
      ctx.body = body;
    }
  };
}

async function answer(services: GitRoutesServices, ctx: Context, address: GitAddress): Promise<void> {
  switch (address.kind) {
    case "project":
      // Below the path that Keyside has for its clients, at whichever host they reached it.
      return ctx.redirect(new URL(services.links.web(address.path)).pathname);
    case "lfs":
      ctx.status = 501;
      sendJson(ctx, { message: "Git LFS is not supported." });
      return ctx.set("Content-Type", "application/vnd.git-lfs+json");
    case "other":
      if (address.outdated) throw new ForbiddenError("This protocol of Git's is not served any more: upgrade Git.");
      throw new NotFoundError("Address");
    case "advertise":
    case "serve":
      return await serve(services, ctx, address);
  }
}

async function serve(
  services: GitRoutesServices,
  ctx: Context,
  { kind, path, service }: Extract<GitAddress, { kind: "advertise" | "serve" }>,
): Promise<void> {
  // 1. May they? Nothing is started, and nothing is made, before that is known.
  const sender = senderOf(ctx);
  const credential = readCredential(ctx);
  const action = service === "upload-pack" ? "fetch" : "push";
  const authorize = (): Promise<AuthorizedGit> =>
    authorizeGit(services, { action, path, sender, authenticate: () => authenticate(services, credential, sender) });
  const authorized = await authorize();
  // A fetch says in few bytes what it wants: as long as that takes, git waits for it.
  if (action === "push") services.unhurry(ctx.req);
  // 2. What is sent, as far as it is known by its headers.
  if (kind === "serve") requireGitBody(ctx, service);
  const protocol = readProtocol(ctx.get("Git-Protocol"));
  // 3. Git does the work.
  const asked: HttpExchange = {
    kind,
    service,
    protocol,
    authorized,
    authorize,
    sender,
    type: `application/x-git-${service}-${kind === "advertise" ? "advertisement" : "result"}`,
    heading:
      kind === "advertise" && !(service === "upload-pack" && isVersion2(protocol)) ? PACKET_OF_SERVICE[service] : "",
  };
  await runOverHttp(services, ctx, asked);
}

function tellFailure(audit: AuditLog | undefined, thrown: unknown, ctx: Context): void {
  const failed = audit === undefined ? undefined : failedCredential(thrown);
  if (audit === undefined || failed === undefined) return;
  const presented = presentedIn(ctx);
  // Git asks without credentials first, and is told to come with some: that is no failure.
  if (presented.kind === "none") return;
  const [secret, username] =
    presented.kind === "token" ? [presented.secret, ""] : [presented.password, presented.username];
  audit.tell({
    ...failed,
    event: "sign_in.failed",
    credential: presented.kind === "token" ? "access_token" : "password",
    door: "git",
    presented: formsOf(secret, username),
    origin: originOf(ctx),
  });
}

function presentedIn(ctx: Context): GitCredential {
  try {
    return readCredential(ctx);
  } catch {
    return { kind: "none" };
  }
}
