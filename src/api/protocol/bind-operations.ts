/** Binds the operations under `/api/v4`: the security steps are here, numbered, so that no operation can forget one. */

import { bodyParser } from "@koa/bodyparser";
import Router from "@koa/router";
import type { Context } from "koa";
import { type RevokeServices, revokeReusedFamily } from "../../access-tokens/revoke-token.ts";
import { authenticateAccessToken } from "../../authentication/authenticate-access-token.ts";
import type { AuthenticationServices } from "../../authentication/authentication-services.ts";
import {
  InsufficientScopeError,
  MalformedBodyError,
  RevokedTokenError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from "../../errors.ts";
import { sendJson } from "../../http/send-json.ts";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import type { ApiOperation } from "./api-operation.ts";
import { readMultipart } from "./multipart.ts";
import { validate } from "./validate.ts";

/** What every address of the API begins with. */
export const API_ROOT = "/api/v4";

/** The maximum size of a body; a larger one is answered with 413. */
const BODY_LIMIT = "1mb";
const MULTIPART_LIMIT_BYTES = 1024 * 1024;

const parseBody = bodyParser({
  enableTypes: ["json", "form"],
  jsonLimit: BODY_LIMIT,
  // GitLab's client for Go sends the JSON text `null` where it has no parameters; what is no object is refused below.
  jsonStrict: false,
  formLimit: BODY_LIMIT,
  onError: (error) => {
    if ([413, 415].includes((error as { status?: number }).status ?? 400)) throw error;
    throw new MalformedBodyError("the request body cannot be parsed as what its Content-Type says");
  },
});

/** The services that the API's security steps need. */
type ApiServices = AuthenticationServices & RevokeServices;

/** The router of the API. `baseUrl` is the URL by which clients reach Keyside, used for the links in lists. */
export function apiRouter(services: ApiServices, operations: readonly ApiOperation[], baseUrl: string): Router {
  const router = new Router({ prefix: API_ROOT });
  for (const operation of operations) {
    router[operation.method](operation.path, async (ctx) => {
      // 1. Authenticate the caller.
      const caller = await authenticate(services, operation, readSecret(ctx), ctx.ip);
      // 2. Check that the credential's scopes allow this call.
      requireScope(caller, operation);
      // 3. Read and validate the parameters.
      await readBody(ctx);
      const request = {
        caller,
        params: validate(operation.params, ctx.params),
        query: validate(operation.query, ctx.query),
        body: validate(operation.body, ctx.request.body ?? {}),
        url: new URL(`${baseUrl}${ctx.path}${ctx.search}`),
      };
      // 4. The use case decides what the caller may do.
      const answer = await operation.handle(request);
      ctx.status = operation.status;
      for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value);
      ctx.set("Cache-Control", "no-store");
      if (operation.status !== 204) sendJson(ctx, answer.body);
    });
  }
  return router;
}

/** A secret that was rotated away and is presented for rotation was leaked: its whole family is revoked; the answer is 401. */
async function authenticate(
  services: ApiServices,
  operation: ApiOperation,
  secret: string,
  address: string,
): Promise<SignedInPrincipal> {
  try {
    return await authenticateAccessToken(services, secret, address);
  } catch (error) {
    if (operation.rotates === true && error instanceof RevokedTokenError) {
      await revokeReusedFamily(services, error.tokenId);
    }
    throw error;
  }
}

/** @see docs/spec/rest-api.md "Authentication"; RFC 6750 section 2.1 */
function readSecret(ctx: Context): string {
  const header = ctx.get("PRIVATE-TOKEN");
  if (header !== "") return header;
  const [scheme = "", secret = ""] = ctx.get("Authorization").split(" ");
  if (scheme.toLowerCase() === "bearer" && secret !== "") return secret;
  throw new UnauthenticatedError("no access token: send PRIVATE-TOKEN or Authorization: Bearer");
}

/** @throws InsufficientScopeError when the credential's scopes do not allow this call */
function requireScope({ scopes }: SignedInPrincipal, { method, scope }: ApiOperation): void {
  if (scopes.has("api") || (method === "get" && scopes.has("read_api"))) return;
  if (scope !== undefined && scopes.has(scope)) return;
  throw new InsufficientScopeError(method === "get" ? "read_api" : "api");
}

async function readBody(ctx: Context): Promise<void> {
  // Many clients send DELETE with a content type and a body of length 0.
  if (ctx.request.length === 0 || ctx.is() === null) return;
  if (ctx.is("multipart")) {
    ctx.request.body = await readMultipart(ctx.req, MULTIPART_LIMIT_BYTES);
    return;
  }
  if (!ctx.is("json", "urlencoded")) {
    const type = JSON.stringify(ctx.request.type.slice(0, 100));
    throw new UnsupportedMediaTypeError(
      `the request body is of type ${type}: send application/json or application/x-www-form-urlencoded`,
    );
  }
  await parseBody(ctx, () => Promise.resolve());
  const body: unknown = ctx.request.body;
  // No bytes at all are read as an empty text.
  if (body === undefined || body === null || body === "") ctx.request.body = {};
  else if (typeof body !== "object" || Array.isArray(body)) {
    throw new MalformedBodyError("the request body is not an object with the parameters as its members");
  }
}
