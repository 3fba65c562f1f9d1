/** The calls that list and revoke refresh tokens. They are created at the token endpoint, not here. */
import { z } from "zod";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { listRefreshTokens } from "../refresh-tokens/list-refresh-tokens.ts";
import type { RefreshToken } from "../refresh-tokens/refresh-token.entity.ts";
import type { RefreshTokenOwner } from "../refresh-tokens/refresh-token-owner.ts";
import { revokeRefreshToken } from "../refresh-tokens/revoke-refresh-token.ts";
import { id } from "../schemas/fields.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { type Answer, NOTHING } from "./protocol/operation.ts";
import { type PageQuery, pageHeaders, pageOf, pageQuery } from "./protocol/pagination.ts";

const refreshTokenResult = z.object({
  id: z.int(),
  user_id: z.int(),
  service: z.string(),
  client_id: z.string().nullable(),
  last_four: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
});

/** `/user/refresh_tokens` and, for administrators, `/users/:id/refresh_tokens`. */
export function refreshTokenOperations(services: UseCaseServices): ApiOperation[] {
  const list = async (
    caller: SignedInPrincipal,
    owner: RefreshTokenOwner,
    query: PageQuery,
    url: URL,
  ): Promise<Answer<z.input<typeof refreshTokenResult>[]>> => {
    const [tokens, total] = await listRefreshTokens(services.database.em(), { caller, owner }, pageOf(query));
    return { body: tokens.map(render), headers: pageHeaders(query, total, url) };
  };
  const revoke = async (caller: SignedInPrincipal, owner: RefreshTokenOwner, tokenId: number) => {
    await revokeRefreshToken(services, { caller, owner, tokenId });
    return { body: undefined };
  };
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
      handle: ({ caller, query, url }) => list(caller, "self", query, url),
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
      handle: ({ caller, params }) => revoke(caller, "self", params.refresh_token_id),
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
      handle: ({ caller, params, query, url }) => list(caller, { userId: params.id }, query, url),
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
      handle: ({ caller, params }) => revoke(caller, { userId: params.id }, params.refresh_token_id),
    }),
  ];
}

function render(token: RefreshToken): z.input<typeof refreshTokenResult> {
  return {
    id: token.id,
    user_id: token.user.id,
    service: token.service,
    client_id: token.clientId ?? null,
    last_four: token.lastFour,
    created_at: token.createdAt.toISOString(),
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
  };
}
