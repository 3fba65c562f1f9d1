/** The calls about project access tokens. */
import { z } from "zod";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import type { CreatedProjectToken } from "../access-tokens/add-token.ts";
import { createProjectToken } from "../access-tokens/create-project-token.ts";
import { findSafeToRetire } from "../access-tokens/find-safe-to-retire.ts";
import { listTokens } from "../access-tokens/list-tokens.ts";
import { pushWarning } from "../access-tokens/push-warning.ts";
import { retireProjectTokenPredecessor } from "../access-tokens/retire-predecessor.ts";
import { type RevokeServices, revokeProjectToken } from "../access-tokens/revoke-token.ts";
import { rotateProjectToken } from "../access-tokens/rotate-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { resourceParams } from "../schemas/fields.ts";
import { createProjectTokenBody, rotateTokenBody } from "../schemas/new-token.ts";
import {
  createdProjectTokenResult,
  listTokensQuery,
  projectTokenParams,
  projectTokenResult,
  renderProjectToken,
  tokenFilter,
} from "./access-token.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { warningHeader } from "./protocol/warning-header.ts";

/** `/projects/:id/access_tokens` and what is below it. @see docs/spec/rest-api.md "The calls" */
export function projectAccessTokenOperations(services: TokenServices & RevokeServices): ApiOperation[] {
  const { database, clock } = services;
  const render = async (token: AccessToken) =>
    renderProjectToken(token, clock, await findSafeToRetire(services, [token]));
  /** The one answer that holds a secret. */
  const created = async ({ token, secret, project }: CreatedProjectToken) => ({
    body: { ...(await render(token)), token: secret },
    headers: warningHeader(pushWarning(token, project.visibility)),
  });
  /** The token that a bot presents, and its project, as the use cases take them. */
  const self = async (caller: SignedInPrincipal, id: ResourceId) => {
    const { project } = await findProjectAtLevel(database.em(), caller, id, NO_ACCESS);
    if (caller.kind !== "bot" || caller.project.id !== project.id) {
      throw new RuleRefusedError("this token is not a project access token of this project, so it has no self here");
    }
    return { caller, project: project.id, tokenId: caller.tokenId };
  };
  return [
    apiOperation({
      id: "createProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens",
      summary: "Create a project access token; its secret is in this answer and nowhere else",
      params: resourceParams,
      query: NOTHING,
      body: createProjectTokenBody,
      status: 201,
      result: createdProjectTokenResult,
      async handle({ caller, params, body }) {
        return await created(
          await createProjectToken(services, {
            caller,
            project: params.id,
            name: body.name,
            description: body.description ?? null,
            scopes: body.scopes,
            expiresAt: body.expires_at ?? null,
            accessLevel: body.access_level,
            repositoryRules: body.repository_rules ?? null,
            ipAllowList: body.ip_allow_list ?? null,
          }),
        );
      },
    }),
    apiOperation({
      id: "listProjectAccessTokens",
      method: "get",
      path: "/projects/:id/access_tokens",
      summary: "List a project's access tokens, live and dead",
      params: resourceParams,
      query: listTokensQuery,
      body: NOTHING,
      status: 200,
      result: z.array(projectTokenResult),
      async handle({ caller, params, query, url }) {
        const em = database.em();
        const { project } = await findProjectAtLevel(em, caller, params.id, ACCESS_LEVELS.maintainer);
        const [tokens, total] = await listTokens(
          em,
          { project: project.id },
          tokenFilter(query),
          pageOf(query),
          clock.now(),
        );
        const safe = await findSafeToRetire(services, tokens);
        const body = tokens.map((token) => renderProjectToken(token, clock, safe));
        return { body, headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "rotateOwnProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens/self/rotate",
      summary: "Rotate the project access token that the request presents",
      params: resourceParams,
      query: NOTHING,
      body: rotateTokenBody,
      status: 200,
      result: createdProjectTokenResult,
      rotates: true,
      scope: "self_rotate",
      async handle({ caller, params, body }) {
        return await created(
          await rotateProjectToken(services, {
            ...(await self(caller, params.id)),
            expiresAt: body.expires_at,
            graceSeconds: body.grace_period,
          }),
        );
      },
    }),
    apiOperation({
      id: "retirePredecessorOfOwnProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens/self/retire_predecessor",
      summary: "End the grace of the secret that the presented project access token was rotated from",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: projectTokenResult,
      scope: "self_rotate",
      async handle({ caller, params }) {
        return { body: await render(await retireProjectTokenPredecessor(services, await self(caller, params.id))) };
      },
    }),
    apiOperation({
      id: "rotateProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens/:token_id/rotate",
      summary:
        "Rotate a project access token: a new secret for the same bot; the old one ends at once, or after its grace",
      params: projectTokenParams,
      query: NOTHING,
      body: rotateTokenBody,
      status: 200,
      result: createdProjectTokenResult,
      rotates: true,
      async handle({ caller, params, body }) {
        return await created(
          await rotateProjectToken(services, {
            caller,
            project: params.id,
            tokenId: params.token_id,
            expiresAt: body.expires_at,
            graceSeconds: body.grace_period,
          }),
        );
      },
    }),
    apiOperation({
      id: "retirePredecessorOfProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens/:token_id/retire_predecessor",
      summary: "End the grace of the secret that a project access token was rotated from",
      params: projectTokenParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: projectTokenResult,
      async handle({ caller, params }) {
        const input = { caller, project: params.id, tokenId: params.token_id };
        return { body: await render(await retireProjectTokenPredecessor(services, input)) };
      },
    }),
    apiOperation({
      id: "showProjectAccessToken",
      method: "get",
      path: "/projects/:id/access_tokens/:token_id",
      summary: "Show one access token of a project",
      params: projectTokenParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: projectTokenResult,
      async handle({ caller, params }) {
        const em = database.em();
        const { project } = await findProjectAtLevel(em, caller, params.id, ACCESS_LEVELS.maintainer);
        const token = await em.findOne(AccessToken, { id: params.token_id, project: project.id });
        if (token === null) throw new NotFoundError("Project Access Token");
        return { body: await render(token) };
      },
    }),
    apiOperation({
      id: "revokeProjectAccessToken",
      method: "delete",
      path: "/projects/:id/access_tokens/:token_id",
      summary: "Revoke a project access token: its bot user is deleted, its records pass to the Ghost User",
      params: projectTokenParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await revokeProjectToken(services, { caller, project: params.id, tokenId: params.token_id });
        return { body: undefined };
      },
    }),
  ];
}
