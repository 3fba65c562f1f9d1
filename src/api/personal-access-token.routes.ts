/** The calls about personal access tokens. */
import { z } from "zod";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { createPersonalToken } from "../access-tokens/create-personal-token.ts";
import { findSafeToRetire } from "../access-tokens/find-safe-to-retire.ts";
import { listTokens } from "../access-tokens/list-tokens.ts";
import { retirePersonalTokenPredecessor } from "../access-tokens/retire-predecessor.ts";
import { type RevokeServices, revokePersonalToken } from "../access-tokens/revoke-token.ts";
import { rotatePersonalToken } from "../access-tokens/rotate-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { id } from "../schemas/fields.ts";
import { createPersonalTokenBody, rotateTokenBody } from "../schemas/new-token.ts";
import { createdTokenResult, listTokensQuery, renderToken, tokenFilter, tokenResult } from "./access-token.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";

const idParams = z.object({ id: id() });

/** `/personal_access_tokens`, and the calls that create them. @see docs/spec/rest-api.md "The calls" */
export function personalAccessTokenOperations(services: TokenServices & RevokeServices): ApiOperation[] {
  const { database, clock } = services;
  const render = async (token: AccessToken) => renderToken(token, clock, await findSafeToRetire(services, [token]));
  const create = async (
    caller: SignedInPrincipal,
    owner: "self" | { userId: number },
    { name, description, scopes, expires_at, ip_allow_list }: z.output<typeof createPersonalTokenBody>,
  ) => {
    const { token, secret } = await createPersonalToken(services, {
      caller,
      owner,
      name,
      description: description ?? null,
      scopes,
      expiresAt: expires_at ?? null,
      ipAllowList: ip_allow_list ?? null,
    });
    return { body: { ...(await render(token)), token: secret } };
  };
  return [
    apiOperation({
      id: "createPersonalAccessToken",
      method: "post",
      path: "/user/personal_access_tokens",
      summary: "Create a personal access token for oneself",
      params: NOTHING,
      query: NOTHING,
      body: createPersonalTokenBody,
      status: 201,
      result: createdTokenResult,
      handle: ({ caller, body }) => create(caller, "self", body),
    }),
    apiOperation({
      id: "createPersonalAccessTokenOfUser",
      method: "post",
      path: "/users/:id/personal_access_tokens",
      summary: "Create a personal access token for a human (administrators)",
      params: idParams,
      query: NOTHING,
      body: createPersonalTokenBody,
      status: 201,
      result: createdTokenResult,
      handle: ({ caller, params, body }) => create(caller, { userId: params.id }, body),
    }),
    apiOperation({
      id: "listPersonalAccessTokens",
      method: "get",
      path: "/personal_access_tokens",
      summary: "List one's own personal access tokens; as an administrator, everybody's",
      params: NOTHING,
      query: listTokensQuery.extend({ user_id: id().optional() }),
      body: NOTHING,
      status: 200,
      result: z.array(tokenResult),
      async handle({ caller, query, url }) {
        const mayAll = isAdministrator(caller);
        const user = query.user_id ?? (mayAll ? undefined : caller.userId);
        if (!mayAll && user !== caller.userId) throw new ForbiddenError();
        const owner = { project: null, ...(user === undefined ? {} : { user }) };
        const [tokens, total] = await listTokens(database.em(), owner, tokenFilter(query), pageOf(query), clock.now());
        const safe = await findSafeToRetire(services, tokens);
        const body = tokens.map((token) => renderToken(token, clock, safe));
        return { body, headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showPersonalAccessToken",
      method: "get",
      path: "/personal_access_tokens/:id",
      summary: "Show a personal access token: one's own, or, as an administrator, anybody's",
      params: idParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: tokenResult,
      async handle({ caller, params }) {
        const own = isAdministrator(caller) ? {} : { user: caller.userId };
        const token = await database.em().findOne(AccessToken, { id: params.id, project: null, ...own });
        if (token === null) throw new NotFoundError("Personal Access Token");
        return { body: await render(token) };
      },
    }),
    apiOperation({
      id: "revokePersonalAccessToken",
      method: "delete",
      path: "/personal_access_tokens/:id",
      summary: "Revoke a personal access token: one's own, or, as an administrator, anybody's",
      params: idParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await revokePersonalToken(services, { caller, tokenId: params.id });
        return { body: undefined };
      },
    }),
    apiOperation({
      id: "rotatePersonalAccessToken",
      method: "post",
      path: "/personal_access_tokens/:id/rotate",
      summary: "Rotate a personal access token: one's own, or, as an administrator, anybody's",
      params: idParams,
      query: NOTHING,
      body: rotateTokenBody,
      status: 200,
      result: createdTokenResult,
      rotates: true,
      async handle({ caller, params, body }) {
        const input = {
          caller,
          tokenId: params.id,
          expiresAt: body.expires_at,
          graceSeconds: body.grace_period,
        };
        const { token, secret } = await rotatePersonalToken(services, input);
        return { body: { ...(await render(token)), token: secret } };
      },
    }),
    apiOperation({
      id: "retirePredecessorOfPersonalAccessToken",
      method: "post",
      path: "/personal_access_tokens/:id/retire_predecessor",
      summary: "End the grace of the secret that a personal access token was rotated from",
      params: idParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: tokenResult,
      async handle({ caller, params }) {
        return { body: await render(await retirePersonalTokenPredecessor(services, { caller, tokenId: params.id })) };
      },
    }),
  ];
}
