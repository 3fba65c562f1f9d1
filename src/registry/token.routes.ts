/** `GET` and `POST /jwt/auth`: the realm to which the registry sends its clients. Reads requests, writes answers. */
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { REALM_PATH } from "../links.ts";
import { jsonWebKeySet } from "../signing/jwks.ts";
import { type IssuedRegistryToken, type IssuingServices, issueRegistryToken } from "./issue-registry-token.ts";
import { renderScope } from "./requested-scope.ts";
import { readTokenForm, readTokenQuery } from "./token-request.ts";

/** How long a verifier may cache the keys: no longer than a registry token is valid. */
const KEYS_MAXIMUM_AGE_SECONDS = 300;

/** The token endpoint and its keys; `before` is the middleware for metrics and for errors in the registry's dialect. */
export function tokenRouter(services: IssuingServices, ...before: Middleware[]): Router {
  // Without `strict`, the path answers with and without a trailing slash, and never redirects.
  const router = new Router();
  router.get(REALM_PATH, ...before, async (ctx) => {
    const request = readTokenQuery(ctx);
    ctx.state.grant = request.credentials === undefined ? "anonymous" : "basic";
    const issued = await issueRegistryToken(services, request);
    render(ctx, issued);
  });
  router.post(REALM_PATH, ...before, async (ctx) => {
    const request = await readTokenForm(ctx, services.registry.refreshTokens);
    ctx.state.grant = request.credentials?.kind;
    const issued = await issueRegistryToken(services, request);
    render(ctx, issued, { scope: issued.access.map(renderScope).join(" ") });
  });
  router.get("/jwt/jwks.json", (ctx) => {
    const key = services.signingKeys.current();
    ctx.set("Cache-Control", `public, max-age=${KEYS_MAXIMUM_AGE_SECONDS}`);
    ctx.etag = key.certificate.fingerprint256.replaceAll(":", "");
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = jsonWebKeySet(key);
  });
  return router;
}

/**
 * Answers with a registry token. The token is by far the longest part, stands there twice, and has no character that JSON
 * escapes: so it is not searched for one.
 *
 * @see RFC 7515 section 3.1; docs/spec/registry-auth.md "Answer"
 */
function render(
  ctx: Context,
  { token, lifetimeSeconds, issuedAt, refreshToken }: IssuedRegistryToken,
  more = {},
): void {
  const others = {
    expires_in: lifetimeSeconds,
    issued_at: issuedAt.toISOString(),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...more,
  };
  ctx.set("Cache-Control", "no-store");
  ctx.type = "json";
  ctx.body = `{"token":"${token}","access_token":"${token}",${JSON.stringify(others).slice(1)}`;
}
