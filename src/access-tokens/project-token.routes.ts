/** The calls about project access tokens. */
import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { pageHeaders, pageQuery, pageWindow } from "../http/pagination.ts";
import { ACCESS_LEVELS } from "../projects/access-level.ts";
import { findProjectAtLevel } from "../projects/project-access.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { AccessToken } from "./access-token.entity.ts";
import {
  createdProjectTokenResult,
  createProjectTokenBody,
  projectParams,
  projectTokenParams,
  projectTokenResult,
  renderProjectToken,
} from "./access-token.schema.ts";
import { createProjectToken, type TokenServices } from "./create-project-token.ts";
import { pushWarning } from "./push-warning.ts";
import { type RevokeServices, revokeProjectToken } from "./revoke-project-token.ts";

/** `/projects/:id/access_tokens` and what is below it. @see spec/rest-api.md */
export function projectTokenOperations(services: TokenServices & RevokeServices): ApiOperation[] {
  const { database, clock } = services;
  return [
    apiOperation({
      id: "createProjectAccessToken",
      method: "post",
      path: "/projects/:id/access_tokens",
      summary: "Create a project access token; its secret is in this answer and nowhere else",
      params: projectParams,
      query: NOTHING,
      body: createProjectTokenBody,
      status: 201,
      result: createdProjectTokenResult,
      async handle({ caller, params, body }) {
        const { token, secret, project } = await createProjectToken(services, {
          caller,
          project: params.id,
          name: body.name,
          description: body.description ?? null,
          scopes: body.scopes,
          expiresAt: body.expires_at ?? null,
          accessLevel: body.access_level,
        });
        const headers = pushWarning(body.scopes, project.visibility);
        return { body: { ...renderProjectToken(token, clock), token: secret }, headers };
      },
    }),
    apiOperation({
      id: "listProjectAccessTokens",
      method: "get",
      path: "/projects/:id/access_tokens",
      summary: "List a project's access tokens, live and dead",
      params: projectParams,
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(projectTokenResult),
      async handle({ caller, params, query, url }) {
        const em = database.em();
        const { thing: project } = await findProjectAtLevel(em, caller, params.id, ACCESS_LEVELS.maintainer);
        const [tokens, total] = await em.findAndCount(
          AccessToken,
          { project: project.id },
          { orderBy: { id: "desc" }, ...pageWindow(query) },
        );
        const body = tokens.map((token) => renderProjectToken(token, clock));
        return { body, headers: pageHeaders(query, total, url) };
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
        const { thing: project } = await findProjectAtLevel(em, caller, params.id, ACCESS_LEVELS.maintainer);
        const token = await em.findOne(AccessToken, { id: params.token_id, project: project.id });
        if (token === null) throw new NotFoundError("Project Access Token");
        return { body: renderProjectToken(token, clock) };
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
