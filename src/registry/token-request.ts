/** Reads requests to the token endpoint, which clients send by GET or by POST. Decides nothing. */
import type { Context } from "koa";
import { UnsupportedGrantError, ValidationError } from "../errors.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import { type Parameters, parseParameters, readForm } from "../http/form.ts";
import { hangUpSignal } from "../http/hang-up.ts";
import type { RegistryTokenRequest } from "./registry-token.ts";

const MAXIMUM_BYTES = 64 * 1024;

/** In characters: longer than the name of any client. */
const MAXIMUM_CLIENT_ID = 100;

/**
 * Reads a GET: parameters in the query, credentials by HTTP Basic.
 *
 * @throws ValidationError, MalformedBodyError when a parameter or the query is wrong
 * @throws UnauthenticatedError when the credentials are malformed
 * @see distribution `docs/content/spec/auth/token.md`
 */
export function readTokenQuery(ctx: Context): RegistryTokenRequest {
  const { querystring } = ctx;
  if (Buffer.byteLength(querystring) > MAXIMUM_BYTES) {
    throw new ValidationError([{ field: "query", message: `is too long (maximum is ${MAXIMUM_BYTES} bytes)` }]);
  }
  const query = parseParameters(querystring, "query");
  const basic = readBasicCredentials(ctx.get("Authorization"));
  return {
    ...readCommon(ctx, query),
    credentials: basic === undefined ? undefined : { kind: "password", ...basic },
    offline: query.one("offline_token") === "true",
  };
}

/**
 * Reads a POST: everything in the form. Credentials in a header as well are refused, since it would be unclear who the
 * caller is; no client sends both.
 *
 * @throws UnsupportedGrantError when the grant type is not supported
 * @throws ValidationError, MalformedBodyError when a parameter is missing or wrong, or the form is malformed
 * @see distribution `docs/content/spec/auth/oauth.md`; RFC 6749 sections 4.3.2 and 6
 */
export async function readTokenForm(ctx: Context, refreshTokens: boolean): Promise<RegistryTokenRequest> {
  const form = await readForm(ctx, MAXIMUM_BYTES);
  if (readBasicCredentials(ctx.get("Authorization")) !== undefined) {
    throw new ValidationError([
      { field: "Authorization", message: "is not read with a form: send credentials in the form, or use GET" },
    ]);
  }
  return {
    ...readCommon(ctx, form),
    credentials: readGrant(form, refreshTokens),
    offline: form.one("access_type") === "offline",
  };
}

function readCommon(ctx: Context, parameters: Parameters) {
  return {
    service: parameters.one("service"),
    scopes: parameters.all("scope"),
    clientId:
      parameters
        .one("client_id")
        ?.replace(/\p{Cc}/gu, "")
        .slice(0, MAXIMUM_CLIENT_ID) || null,
    address: ctx.ip,
    signal: hangUpSignal(ctx.res),
  };
}

function readGrant(form: Parameters, refreshTokens: boolean): RegistryTokenRequest["credentials"] {
  const grant = form.required("grant_type");
  switch (grant) {
    case "password":
      return { kind: "password", username: form.required("username"), password: form.required("password") };
    case "refresh_token":
      if (refreshTokens) return { kind: "refresh_token", secret: form.required("refresh_token") };
      throw new UnsupportedGrantError(
        "refresh tokens are off on this instance: sign in with a password or access token",
      );
    default:
      throw new UnsupportedGrantError(
        `grant_type ${JSON.stringify(grant.slice(0, MAXIMUM_CLIENT_ID))} is not supported: send password or refresh_token`,
      );
  }
}
