/** `GET` and `POST /jwt/auth`: the realm to which the registry sends its clients. Most of the GETs take the fast lane. */
import Router from "@koa/router";
import type { Context } from "koa";
import { originOf, senderOf } from "../http/request-sender.ts";
import { REALM_PATH } from "../links.ts";
import { jsonWebKeySet } from "../signing/jwks.ts";
import type { AnswerToken, TokenAnswer } from "./answer-token-request.ts";
import type { IssuingServices } from "./issue-registry-token.ts";
import { readTokenForm, readTokenQuery } from "./token-request.ts";

/** How long a verifier may cache the keys: no longer than a registry token is valid. */
const KEYS_MAXIMUM_AGE_SECONDS = 300;

/** The token endpoint and its keys. */
export function tokenRouter(
  { registry, signingKeys }: Pick<IssuingServices, "registry" | "signingKeys">,
  answerToken: AnswerToken,
): Router {
  // Without `strict`, the path answers with and without a trailing slash, and never redirects.
  const router = new Router();
  router.get(REALM_PATH, async (ctx) => {
    const read = () => readTokenQuery(ctx.querystring, ctx.req.headers.authorization, senderOf(ctx));
    send(ctx, await answerToken({ ...originOf(ctx), tellScope: false, read }));
  });
  router.post(REALM_PATH, async (ctx) => {
    const read = () => readTokenForm(ctx, registry.refreshTokens);
    send(ctx, await answerToken({ ...originOf(ctx), tellScope: true, read }));
  });
  router.get("/jwt/jwks.json", (ctx) => {
    const key = signingKeys.current();
    ctx.set("Cache-Control", `public, max-age=${KEYS_MAXIMUM_AGE_SECONDS}`);
    ctx.etag = key.certificate.fingerprint256.replaceAll(":", "");
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = jsonWebKeySet(key);
  });
  return router;
}

function send(ctx: Context, { status, headers, body }: TokenAnswer): void {
  ctx.status = status;
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
  ctx.body = body;
}
