/** The calls about accounts. They lie with the projects, not the users, since a human comes with a namespace. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { NotFoundError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { pageHeaders, pageQuery, pageWindow } from "../http/pagination.ts";
import { text } from "../http/validate.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { digestPassword } from "../users/password.ts";
import { requireAdministrator } from "../users/principal.ts";
import { User } from "../users/user.entity.ts";
import {
  createUserBody,
  fullUserResult,
  renderFullUser,
  renderUser,
  userParams,
  userResult,
} from "../users/user.schema.ts";
import { createAccount } from "./create-account.ts";
import { topLevelPathSegment } from "./path.ts";

/** `/user` and `/users`. @see spec/rest-api.md */
export function userOperations({ database, clock }: { database: Database; clock: Clock }): ApiOperation[] {
  return [
    apiOperation({
      id: "showCurrentUser",
      method: "get",
      path: "/user",
      summary: "Show the caller's own account",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: fullUserResult,
      async handle({ caller }) {
        return { body: renderFullUser(await database.em().findOneOrFail(User, { id: caller.userId })) };
      },
    }),
    apiOperation({
      id: "createUser",
      method: "post",
      path: "/users",
      summary: "Create the account of a human, with a personal namespace (administrators)",
      params: NOTHING,
      query: NOTHING,
      body: createUserBody(topLevelPathSegment),
      status: 201,
      result: fullUserResult,
      async handle({ caller, body }) {
        requireAdministrator(caller);
        const passwordDigest = await digestPassword(body.password);
        const { username, name, email, admin } = body;
        const input = { username, name, email, admin, passwordDigest, createdById: caller.userId, now: clock.now() };
        const user = await database.transaction((em) => createAccount(em, input));
        return { body: renderFullUser(user) };
      },
    }),
    apiOperation({
      id: "listUsers",
      method: "get",
      path: "/users",
      summary: "List accounts (administrators), or find one by its username",
      params: NOTHING,
      query: pageQuery.extend({ username: text(255).optional() }),
      body: NOTHING,
      status: 200,
      result: z.array(userResult),
      async handle({ caller, query, url }) {
        if (query.username === undefined) requireAdministrator(caller);
        const where = query.username === undefined ? {} : { username: query.username };
        const options = { orderBy: { id: "desc" } as const, ...pageWindow(query) };
        const [users, total] = await database.em().findAndCount(User, where, options);
        return { body: users.map(renderUser), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showUser",
      method: "get",
      path: "/users/:id",
      summary: "Show an account",
      params: userParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: userResult,
      async handle({ params }) {
        const user = await database.em().findOne(User, { id: params.id });
        if (user === null) throw new NotFoundError("User");
        return { body: renderUser(user) };
      },
    }),
  ];
}
