/** The calls about refresh tokens: who is signed in with what, and signing it out. Nobody makes one here. */
import { z } from "zod";
import type { Database } from "../database/database.ts";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { RefreshToken } from "../refresh-tokens/refresh-token.entity.ts";
import { User } from "../users/user.entity.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { type Answer, NOTHING } from "./protocol/operation.ts";
import { type PageQuery, pageHeaders, pageOf, pageQuery } from "./protocol/pagination.ts";
import { id } from "./protocol/validate.ts";

const refreshTokenResult = z.object({
  id: z.int(),
  user_id: z.int(),
  service: z.string(),
  client_id: z.string().nullable(),
  last_four: z.string(),
  created_at: z.iso.datetime(),
});
type RefreshTokens = z.input<typeof refreshTokenResult>[];

/** `/user/refresh_tokens` and, for administrators, `/users/:id/refresh_tokens`. */
export function refreshTokenOperations({ database }: { database: Database }): ApiOperation[] {
  return [
    apiOperation({
      id: "listRefreshTokens",
      method: "get",
      path: "/user/refresh_tokens",
      summary: "List the refresh tokens by which registry clients are signed in as the caller",
      params: NOTHING,
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(refreshTokenResult),
      handle: ({ caller, query, url }) => listOf(database, requireHuman(caller).userId, query, url),
    }),
    apiOperation({
      id: "revokeRefreshToken",
      method: "delete",
      path: "/user/refresh_tokens/:refresh_token_id",
      summary: "Revoke a refresh token of the caller: its client must sign in again",
      params: z.object({ refresh_token_id: id() }),
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle: ({ caller, params }) => revoke(database, requireHuman(caller).userId, params.refresh_token_id),
    }),
    apiOperation({
      id: "listRefreshTokensOfUser",
      method: "get",
      path: "/users/:id/refresh_tokens",
      summary: "List the refresh tokens of a user (administrators)",
      params: z.object({ id: id() }),
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(refreshTokenResult),
      async handle({ caller, params, query, url }) {
        requireAdministrator(caller);
        if ((await database.em().count(User, { id: params.id })) === 0) throw new NotFoundError("User");
        return await listOf(database, params.id, query, url);
      },
    }),
    apiOperation({
      id: "revokeRefreshTokenOfUser",
      method: "delete",
      path: "/users/:id/refresh_tokens/:refresh_token_id",
      summary: "Revoke a refresh token of a user (administrators)",
      params: z.object({ id: id(), refresh_token_id: id() }),
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle({ caller, params }) {
        requireAdministrator(caller);
        return revoke(database, params.id, params.refresh_token_id);
      },
    }),
  ];
}

function requireHuman(caller: SignedInPrincipal): SignedInPrincipal {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no refresh tokens");
  return caller;
}

async function listOf(database: Database, userId: number, query: PageQuery, url: URL): Promise<Answer<RefreshTokens>> {
  const options = { orderBy: { id: "desc" } as const, ...pageOf(query) };
  const [tokens, total] = await database.em().findAndCount(RefreshToken, { user: userId }, options);
  return { body: tokens.map(render), headers: pageHeaders(query, total, url) };
}

async function revoke(database: Database, userId: number, tokenId: number): Promise<Answer<undefined>> {
  const gone = await database.em().nativeDelete(RefreshToken, { id: tokenId, user: userId });
  if (gone === 0) throw new NotFoundError("Refresh Token");
  return { body: undefined };
}

function render(token: RefreshToken): RefreshTokens[number] {
  return {
    id: token.id,
    user_id: token.user.id,
    service: token.service,
    client_id: token.clientId ?? null,
    last_four: token.lastFour,
    created_at: token.createdAt.toISOString(),
  };
}
