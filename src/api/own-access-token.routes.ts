/** The calls about the token that the request itself carries, whether a human's or a bot's. */
import { z } from "zod";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { findSafeToRetire } from "../access-tokens/find-safe-to-retire.ts";
import { retirePersonalTokenPredecessor, retireProjectTokenPredecessor } from "../access-tokens/retire-predecessor.ts";
import { type RevokeServices, revokePersonalToken, revokeProjectToken } from "../access-tokens/revoke-token.ts";
import { rotatePersonalToken, rotateProjectToken } from "../access-tokens/rotate-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import { requireToken, type SignedInPrincipal } from "../principals/principal.ts";
import { rotateTokenBody } from "../schemas/new-token.ts";
import { createdTokenResult, renderToken, tokenResult } from "./access-token.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";

/** `/personal_access_tokens/self`. @see docs/spec/rest-api.md "The calls" */
export function ownAccessTokenOperations(services: TokenServices & RevokeServices): ApiOperation[] {
  const { database, clock } = services;
  const render = async (token: AccessToken) => renderToken(token, clock, await findSafeToRetire(services, [token]));
  return [
    apiOperation({
      id: "showOwnAccessToken",
      method: "get",
      path: "/personal_access_tokens/self",
      summary: "Show the access token that the request presents",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: tokenResult,
      async handle({ caller }) {
        const token = await database.em().findOneOrFail(AccessToken, { id: requireToken(caller) });
        return { body: await render(token) };
      },
    }),
    apiOperation({
      id: "revokeOwnAccessToken",
      method: "delete",
      path: "/personal_access_tokens/self",
      summary: "Revoke the access token that the request presents",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller }) {
        await revokeOwnToken(services, caller);
        return { body: undefined };
      },
    }),
    apiOperation({
      id: "rotateOwnAccessToken",
      method: "post",
      path: "/personal_access_tokens/self/rotate",
      summary: "Rotate the access token that the request presents",
      params: NOTHING,
      query: NOTHING,
      body: rotateTokenBody,
      status: 200,
      result: createdTokenResult,
      rotates: true,
      scope: "self_rotate",
      async handle({ caller, body }) {
        const input = {
          caller,
          tokenId: requireToken(caller),
          expiresAt: body.expires_at,
          graceSeconds: body.grace_period,
        };
        const { token, secret } =
          caller.kind === "bot"
            ? await rotateProjectToken(services, { ...input, project: caller.project.id })
            : await rotatePersonalToken(services, input);
        return { body: { ...(await render(token)), token: secret } };
      },
    }),
    apiOperation({
      id: "retirePredecessorOfOwnAccessToken",
      method: "post",
      path: "/personal_access_tokens/self/retire_predecessor",
      summary: "End the grace of the secret that the presented access token was rotated from",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: tokenResult,
      scope: "self_rotate",
      async handle({ caller }) {
        const input = { caller, tokenId: requireToken(caller) };
        const token =
          caller.kind === "bot"
            ? await retireProjectTokenPredecessor(services, { ...input, project: caller.project.id })
            : await retirePersonalTokenPredecessor(services, input);
        return { body: await render(token) };
      },
    }),
  ];
}

function revokeOwnToken(services: RevokeServices, caller: SignedInPrincipal): Promise<void> {
  const input = { caller, tokenId: requireToken(caller) };
  return caller.kind === "bot"
    ? revokeProjectToken(services, { ...input, project: caller.project.id })
    : revokePersonalToken(services, input);
}
