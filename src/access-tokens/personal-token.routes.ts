/** The calls about personal access tokens. */
import { z } from "zod";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { id } from "../http/validate.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { requireAdministrator } from "../users/principal.ts";
import { User } from "../users/user.entity.ts";
import { createdTokenResult, createTokenBody, renderToken } from "./access-token.schema.ts";
import { createPersonalToken } from "./create-personal-token.ts";
import type { TokenServices } from "./create-project-token.ts";

/** `/users/:id/personal_access_tokens`. @see spec/rest-api.md */
export function personalTokenOperations(services: TokenServices): ApiOperation[] {
  return [
    apiOperation({
      id: "createPersonalAccessTokenOfUser",
      method: "post",
      path: "/users/:id/personal_access_tokens",
      summary: "Create a personal access token for a human (administrators)",
      params: z.object({ id: id() }),
      query: NOTHING,
      body: createTokenBody,
      status: 201,
      result: createdTokenResult,
      handle({ caller, params, body }) {
        requireAdministrator(caller);
        return services.database.transaction(async (em) => {
          const user = await em.findOne(User, { id: params.id });
          if (user === null) throw new NotFoundError("User");
          if (user.userType !== "human") {
            throw new RuleRefusedError("only a human has personal access tokens: this user is a bot or the Ghost User");
          }
          const { token, secret } = await createPersonalToken(em, services, {
            userId: user.id,
            createdById: caller.userId,
            name: body.name,
            description: body.description ?? null,
            scopes: body.scopes,
            expiresAt: body.expires_at ?? null,
          });
          return { body: { ...renderToken(token, services.clock), token: secret } };
        });
      },
    }),
  ];
}
