/** The calls about accounts. */
import { z } from "zod";
import { createAccount } from "../accounts/create-account.ts";
import { deleteAccount } from "../accounts/delete-account.ts";
import { listAccounts } from "../accounts/list-accounts.ts";
import { setAccountState } from "../accounts/set-account-state.ts";
import { updateAccount } from "../accounts/update-account.ts";
import { changeOwnPassword } from "../authentication/change-own-password.ts";
import { findVisibleUser } from "../members/find-visible-user.ts";
import { takeoverWarning } from "../namespaces/takeover-warning.ts";
import { isAdministrator, requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { changePasswordForm } from "../schemas/account-fields.ts";
import { digestPassword } from "../users/password.ts";
import { User } from "../users/user.entity.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { warningHeader } from "./protocol/warning-header.ts";
import {
  accountFilter,
  createUserBody,
  listUsersQuery,
  renderFullUser,
  renderUser,
  updateUserBody,
  userParams,
  userResult,
} from "./user.schema.ts";

/** `/user` and `/users`. @see docs/spec/rest-api.md "The calls" */
export function userOperations(services: ApiServices): ApiOperation[] {
  return [...readingOperations(services), ...changingOperations(services), ...blockingOperations(services)];
}

function readingOperations({ database, links }: ApiServices): ApiOperation[] {
  const renderTo = (caller: SignedInPrincipal, user: User) => {
    const isFull = user.id === caller.userId || isAdministrator(caller);
    return isFull ? renderFullUser(user, links) : renderUser(user, links);
  };
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
      result: userResult,
      async handle({ caller }) {
        return { body: renderFullUser(await database.em().findOneOrFail(User, { id: caller.userId }), links) };
      },
    }),
    apiOperation({
      id: "listUsers",
      method: "get",
      path: "/users",
      summary: "List all accounts (administrators), or find one by its username",
      params: NOTHING,
      query: listUsersQuery,
      body: NOTHING,
      status: 200,
      result: z.array(userResult),
      async handle({ caller, query, url }) {
        const [users, total] = await listAccounts(database.em(), caller, accountFilter(query), pageOf(query));
        return { body: users.map((user) => renderTo(caller, user)), headers: pageHeaders(query, total, url) };
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
      async handle({ caller, params }) {
        return { body: renderTo(caller, await findVisibleUser(database.em(), caller, { id: params.id })) };
      },
    }),
  ];
}

function changingOperations(services: ApiServices): ApiOperation[] {
  const { database, clock, links } = services;
  return [
    apiOperation({
      id: "createUser",
      method: "post",
      path: "/users",
      summary: "Create the account of a human, with a personal namespace (administrators)",
      params: NOTHING,
      query: NOTHING,
      body: createUserBody,
      status: 201,
      result: userResult,
      async handle({ caller, body }) {
        requireAdministrator(caller);
        const passwordDigest = body.password === undefined ? null : await digestPassword(body.password);
        const { username, name, email, admin } = body;
        const input = { by: caller, username, name, email, admin, passwordDigest, now: clock.now() };
        const { user, wasDeleted } = await database.transaction((em) => createAccount(em, input));
        const headers = warningHeader(takeoverWarning(user.username, wasDeleted));
        return { body: renderFullUser(user, links), headers };
      },
    }),
    apiOperation({
      id: "changeOwnPassword",
      checksPassword: true,
      method: "put",
      path: "/user/password",
      summary: "Change the caller's own password, with the current one; all sign-ins by it end",
      params: NOTHING,
      query: NOTHING,
      body: changePasswordForm,
      status: 204,
      result: z.undefined(),
      async handle({ caller, body, sender }) {
        const { current_password: currentPassword, password } = body;
        await changeOwnPassword(services, { caller, currentPassword, password, sender });
        return { body: undefined };
      },
    }),
    apiOperation({
      id: "updateUser",
      method: "put",
      path: "/users/:id",
      summary: "Change the account of a human (administrators)",
      params: userParams,
      query: NOTHING,
      body: updateUserBody,
      status: 200,
      result: userResult,
      async handle({ caller, params, body }) {
        requireAdministrator(caller);
        const { password, ...rest } = body;
        const passwordDigest = password === undefined ? undefined : await digestPassword(password);
        const user = await updateAccount(services, { caller, userId: params.id, changes: { ...rest, passwordDigest } });
        return { body: renderFullUser(user, links) };
      },
    }),
    apiOperation({
      id: "deleteUser",
      method: "delete",
      path: "/users/:id",
      summary: "Delete a human; their records pass to the Ghost User (administrators)",
      params: userParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await deleteAccount(services, { caller, userId: params.id });
        return { body: undefined };
      },
    }),
  ];
}

/** GitLab answers these two with `true` and 201. */
function blockingOperations(services: ApiServices): ApiOperation[] {
  const operation = (id: string, verb: "block" | "unblock", summary: string) =>
    apiOperation({
      id,
      method: "post",
      path: `/users/:id/${verb}`,
      summary,
      params: userParams,
      query: NOTHING,
      body: NOTHING,
      status: 201,
      result: z.literal(true),
      async handle({ caller, params }) {
        const state = verb === "block" ? "blocked" : "active";
        await setAccountState(services, { caller, userId: params.id, state });
        return { body: true as const };
      },
    });
  return [
    operation("blockUser", "block", "Block a human: no credential of theirs is accepted any more (administrators)"),
    operation("unblockUser", "unblock", "Unblock a human (administrators)"),
  ];
}
