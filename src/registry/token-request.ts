/** Reads requests to the token endpoint, which clients send by GET or by POST. Decides nothing. */
import type { Context } from "koa";
import type { Sender } from "../authentication/sender.ts";
import { UnsupportedGrantError, ValidationError } from "../errors.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import { type Parameters, parseParameters, readForm } from "../http/form.ts";
import { senderOf } from "../http/request-sender.ts";
import type { RegistryCredentials, RegistryTokenRequest } from "./registry-token.ts";

const MAXIMUM_BYTES = 64 * 1024;

/** In characters: longer than the name of any client. */
const MAXIMUM_CLIENT_ID = 100;

/** A request, and what the metrics call the way in which its client identified itself. */
export interface ReadTokenRequest {
  readonly grant: string;
  readonly request: RegistryTokenRequest;
}

/**
 * Reads a GET: parameters in the query, credentials by HTTP Basic in the header `authorization`.
 *
 * @throws ValidationError, MalformedBodyError when a parameter or the query is wrong
 * @throws UnauthenticatedError when the credentials are malformed
 * @see distribution `docs/content/spec/auth/token.md`
 */
export function readTokenQuery(
  querystring: string,
  authorization: string | undefined,
  sender: Sender,
): ReadTokenRequest {
  if (Buffer.byteLength(querystring) > MAXIMUM_BYTES) {
    throw new ValidationError([{ field: "query", message: `is too long (maximum is ${MAXIMUM_BYTES} bytes)` }]);
  }
  const query = parseParameters(querystring, "query");
  const basic = readBasicCredentials(authorization);
  return {
    grant: basic === undefined ? "anonymous" : "basic",
    request: {
      ...readCommon(query, sender),
      credentials: basic === undefined ? undefined : { kind: "password", ...basic },
      offline: query.one("offline_token") === "true",
    },
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
export async function readTokenForm(ctx: Context, refreshTokens: boolean): Promise<ReadTokenRequest> {
  const form = await readForm(ctx, MAXIMUM_BYTES, formTooLong);
  if (readBasicCredentials(ctx.get("Authorization")) !== undefined) {
    throw new ValidationError([
      { field: "Authorization", message: "is not read with a form: send credentials in the form, or use GET" },
    ]);
  }
  const common = readCommon(form, senderOf(ctx));
  const credentials = readGrant(form, refreshTokens);
  return {
    grant: credentials.kind,
    request: { ...common, credentials, offline: form.one("access_type") === "offline" },
  };
}

function formTooLong(maximumBytes: number): ValidationError {
  return new ValidationError([{ field: "form", message: `is too long (maximum is ${maximumBytes} bytes)` }]);
}

/** A client without a User-Agent is known by its `client_id`. */
function readCommon(parameters: Parameters, sender: Sender) {
  const clientId = parameters
    .one("client_id")
    ?.replace(/\p{Cc}/gu, "")
    .slice(0, MAXIMUM_CLIENT_ID);
  return {
    ...sender,
    client: sender.client || clientId,
    service: parameters.one("service"),
    scopes: parameters.all("scope"),
    clientId: clientId || null,
  };
}

function readGrant(form: Parameters, refreshTokens: boolean): RegistryCredentials {
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
