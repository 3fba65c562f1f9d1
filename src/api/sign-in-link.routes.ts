/** The call that makes sign-in links. They are redeemed at a page, not here. */
import { z } from "zod";
import { createSignInLink } from "../authentication/create-sign-in-link.ts";
import { SIGN_IN_LINK_KINDS } from "../authentication/sign-in-link.entity.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { userParams } from "./user.schema.ts";

const kind = z.enum(SIGN_IN_LINK_KINDS);

/** `/users/:id/sign_in_links`. @see docs/spec/rest-api.md "The calls" */
export function signInLinkOperations(services: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "createSignInLink",
      method: "post",
      path: "/users/:id/sign_in_links",
      summary: "Make a link by which a human signs in to the pages, once (administrators)",
      params: userParams,
      query: NOTHING,
      body: z.object({ kind: kind.default("sign_in") }),
      status: 201,
      result: z.object({ id: z.int(), user_id: z.int(), kind, expires_at: z.iso.datetime(), url: z.string() }),
      async handle({ caller, params, body }) {
        const link = { caller, userId: params.id, kind: body.kind };
        const { id, secret, expiresAt } = await createSignInLink(services, link);
        const url = services.links.signInLink(secret);
        return { body: { id, user_id: params.id, kind: body.kind, expires_at: expiresAt.toISOString(), url } };
      },
    }),
  ];
}
