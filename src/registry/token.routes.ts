/** `GET /jwt/auth`: the realm that the registry sends its clients to. Reads the query, renders the answer. */
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { ValidationError } from "../errors.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import { type IssuedRegistryToken, type IssuingServices, issueRegistryToken } from "./issue-registry-token.ts";

/** The path of the realm, below `KEYSIDE_URL`. */
export const REALM_PATH = "/jwt/auth";

const MAXIMUM_QUERY_BYTES = 64 * 1024;

/** The token endpoint; `onError` answers in the registry's dialect. @see spec/registry-auth.md "Where" */
export function tokenRouter(services: IssuingServices, onError: Middleware): Router {
  // Without `strict`, the path answers with and without a trailing slash, and never redirects.
  const router = new Router();
  router.use(REALM_PATH, onError);
  router.get(REALM_PATH, async (ctx) => {
    const query = readQuery(ctx);
    const issued = await issueRegistryToken(services, {
      service: query.get("service") ?? undefined,
      scopes: query.getAll("scope"),
      credentials: readBasicCredentials(ctx.get("Authorization")),
    });
    ctx.set("Cache-Control", "no-store");
    ctx.body = renderRegistryToken(issued);
  });
  return router;
}

/** The raw query: all values of a repeated parameter count. */
function readQuery(ctx: Context): URLSearchParams {
  const { querystring } = ctx;
  if (querystring.length >= MAXIMUM_QUERY_BYTES) {
    throw new ValidationError([{ field: "query", message: `is too long (maximum is ${MAXIMUM_QUERY_BYTES} bytes)` }]);
  }
  return new URLSearchParams(querystring);
}

/** @see spec/registry-auth.md "Answer" */
function renderRegistryToken({ token, lifetime, issuedAt }: IssuedRegistryToken) {
  return { token, access_token: token, expires_in: lifetime, issued_at: issuedAt.toISOString() };
}
