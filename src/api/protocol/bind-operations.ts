/** Binds the operations under `/api/v4`: the security steps are here, numbered, so that no operation can forget one. */

import Router, { type RouterContext } from "@koa/router";
import type { Context } from "koa";
import { type RevokeServices, revokeReusedFamily } from "../../access-tokens/revoke-token.ts";
import type { AuditLog } from "../../audit/audit-log.ts";
import { formsOf } from "../../audit/clean-text.ts";
import { withOrigin } from "../../audit/request-origin.ts";
import { authenticateAccessToken } from "../../authentication/authenticate-access-token.ts";
import type { AuthenticationServices } from "../../authentication/authentication-services.ts";
import { failedCredential } from "../../authentication/failed-credential.ts";
import type { Sender } from "../../authentication/sender.ts";
import { InsufficientScopeError, InvalidTokenError, RevokedTokenError, UnauthenticatedError } from "../../errors.ts";
import { originOf, senderOf } from "../../http/request-sender.ts";
import { sendJson } from "../../http/send-json.ts";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import type { TokenScope } from "../../principals/token-scope.ts";
import { validate } from "../../schemas/validate.ts";
import type { ApiOperation } from "./api-operation.ts";
import { NOTHING, type StreamedBody } from "./operation.ts";
import { readParameters } from "./request-body.ts";
import { sendStream } from "./send-stream.ts";

/** What every address of the API begins with. */
export const API_ROOT = "/api/v4";

/** The services that the API's security steps need. */
type ApiServices = AuthenticationServices & RevokeServices & { readonly audit: AuditLog | undefined };

/** The router of the API. `baseUrl` is the URL by which clients reach Keyside, used for the links in lists. */
export function apiRouter(services: ApiServices, operations: readonly ApiOperation[], baseUrl: string): Router {
  const router = new Router({ prefix: API_ROOT });
  for (const operation of operations) {
    const answer = async (ctx: RouterContext) => {
      // 1. Authenticate the caller.
      const sender = senderOf(ctx);
      const caller = await authenticate(services, operation, readSecret(ctx), sender);
      // 2. Check that the credential's scopes allow this call, and note which one does.
      const scope = requireScope(caller, operation);
      if (caller.tokenId !== null) services.lastUse.used(caller.tokenId, [scope], sender);
      // 3. Read and validate the parameters.
      const request = {
        caller,
        params: validate(operation.params, ctx.params),
        query: validate(operation.query, ctx.query),
        body: validate(operation.body, operation.body === NOTHING ? {} : await readParameters(ctx)),
        url: new URL(`${baseUrl}${ctx.path}${ctx.search}`),
        sender,
      };
      // 4. The use case decides what the caller may do.
      const { body, headers = {} } = await operation.handle(request);
      ctx.status = operation.status;
      for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
      ctx.set("Cache-Control", "no-store");
      if (operation.streams !== undefined) await sendStream(ctx, body as StreamedBody);
      else if (operation.status !== 204) sendJson(ctx, body);
    };
    router[operation.method](operation.path, async (ctx, next) => {
      // `/members/all` fits `/members/:user_id` too: an address belongs to the first of the routes that it fits.
      if (ctx.matched?.[0]?.path !== `${API_ROOT}${operation.path}`) return await next();
      await withOrigin(originOf(ctx), () => answer(ctx)).catch((error: unknown) => {
        // 5. What was refused for a credential is kept.
        tellFailure(services.audit, error, ctx);
        throw error;
      });
    });
  }
  return router;
}

function tellFailure(audit: AuditLog | undefined, thrown: unknown, ctx: Context): void {
  if (audit === undefined) return;
  const failed = failedCredential(thrown);
  if (failed === undefined) return;
  const secret = presentedIn(ctx);
  // Where the call's own credential is good, it was the password in its body.
  const isCallers = thrown instanceof UnauthenticatedError || thrown instanceof InvalidTokenError;
  const credential = isCallers ? (secret === "" ? "none" : "access_token") : "password";
  audit.tell({
    ...failed,
    event: "sign_in.failed",
    credential,
    door: "api",
    presented: formsOf(secret),
    origin: originOf(ctx),
  });
}

/** A secret that was rotated away and is presented for rotation was leaked: its whole family is revoked; the answer is 401. */
async function authenticate(
  services: ApiServices,
  operation: ApiOperation,
  secret: string,
  sender: Sender,
): Promise<SignedInPrincipal> {
  try {
    return await authenticateAccessToken(services, secret, sender);
  } catch (error) {
    if (operation.rotates === true && error instanceof RevokedTokenError) {
      await revokeReusedFamily(services, error.tokenId);
    }
    throw error;
  }
}

function readSecret(ctx: Context): string {
  const secret = presentedIn(ctx);
  if (secret === "") throw new UnauthenticatedError("no access token: send PRIVATE-TOKEN or Authorization: Bearer");
  return secret;
}

/** The secret, or nothing. @see docs/spec/rest-api.md "Authentication"; RFC 6750 section 2.1 */
function presentedIn(ctx: Context): string {
  const header = ctx.get("PRIVATE-TOKEN");
  if (header !== "") return header;
  const [scheme = "", secret = ""] = ctx.get("Authorization").split(" ");
  return scheme.toLowerCase() === "bearer" ? secret : "";
}

/**
 * The narrowest of the credential's scopes that allows this call: the wider ones are not needed for it.
 *
 * @throws InsufficientScopeError when none does
 */
function requireScope({ scopes }: SignedInPrincipal, { method, scope }: ApiOperation): TokenScope {
  const general = method === "get" ? "read_api" : "api";
  const allowing = [scope, general, "api"] as const;
  const narrowest = allowing.find((each) => each !== undefined && scopes.has(each));
  if (narrowest === undefined) throw new InsufficientScopeError(general);
  return narrowest;
}
