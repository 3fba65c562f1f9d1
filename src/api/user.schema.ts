/** Accounts as the API reads and writes them, field for field as in GitLab. */
import { z } from "zod";
import type { AccountFilter } from "../accounts/list-accounts.ts";
import type { Links } from "../links.ts";
import { email, password } from "../schemas/account-fields.ts";
import { flag, flagForms, id, searchText, text, unsetFlag } from "../schemas/fields.ts";
import { pathSegment } from "../schemas/path-segment.ts";
import { USER_STATES, USER_TYPES, type User } from "../users/user.entity.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** The parameters of one account. */
export const userParams = z.object({ id: id() });

/** Keyside has no external users: one that was asked for must not become a user who sees internal projects. */
const notExternal = unsetFlag().optional();

/** What JSON Schema says of a flag that is set. */
const SET = { enum: [true, ...flagForms(true)] };

/** The body that creates an account. The username is checked as a path, since the personal namespace gets it. */
export const createUserBody = z
  .object({
    username: pathSegment("top"),
    name: text(255),
    email,
    password: password.optional(),
    /** Keyside sends no mail: with either of these, an administrator has to set a password later. */
    reset_password: flag().optional(),
    force_random_password: flag().optional(),
    admin: flag().default(false),
    external: notExternal,
  })
  .refine(
    (body) => body.password !== undefined || body.reset_password === true || body.force_random_password === true,
    {
      path: ["password"],
      params: { missing: true },
    },
  )
  .meta({
    anyOf: [
      { required: ["password"] },
      { required: ["reset_password"], properties: { reset_password: SET } },
      { required: ["force_random_password"], properties: { force_random_password: SET } },
    ],
  });

/** The body that changes an account; `username` may only repeat the present one. */
export const updateUserBody = z.object({
  username: text(255).optional(),
  name: text(255).optional(),
  email: email.optional(),
  password: password.optional(),
  admin: flag().optional(),
  external: notExternal,
});

/** Which accounts are wanted. */
export const listUsersQuery = pageQuery.extend({
  username: text(255).optional(),
  search: searchText(255).optional(),
  active: flag().optional(),
  blocked: flag().optional(),
  humans: flag().optional(),
  without_project_bots: flag().optional(),
  order_by: z.enum(["id", "name", "username", "created_at"]).default("id"),
  sort: z.enum(["asc", "desc"]).default("desc"),
});

const USER_COLUMNS = { id: "id", name: "name", username: "username", created_at: "createdAt" } as const;

/** The filter in a list's query; a filter set to false does nothing, as in GitLab. */
export function accountFilter(query: z.output<typeof listUsersQuery>): AccountFilter {
  return {
    username: query.username,
    search: query.search,
    states: USER_STATES.filter((state) => query[state] === true),
    types: USER_TYPES.filter(
      (type) =>
        (query.humans !== true || type === "human") && (query.without_project_bots !== true || type !== "project_bot"),
    ),
    orderBy: USER_COLUMNS[query.order_by],
    direction: query.sort,
  };
}

/** An account inside another answer: an event's author, a member's creator. */
export const briefUserResult = z.object({
  id: z.int(),
  username: z.string(),
  name: z.string(),
  state: z.enum(USER_STATES),
  avatar_url: z.null(),
  web_url: z.string(),
});

/** An account; only administrators and the user themselves get the last three fields. */
export const userResult = briefUserResult.extend({
  bot: z.boolean(),
  created_at: z.iso.datetime(),
  email: z.string().optional(),
  is_admin: z.boolean().optional(),
  external: z.literal(false).optional(),
});

/** An account, in short. */
export function renderBriefUser(user: User, links: Links): z.input<typeof briefUserResult> {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    state: user.state,
    avatar_url: null,
    web_url: links.web(user.username),
  };
}

/** An account as JSON for any signed-in caller. */
export function renderUser(user: User, links: Links): z.input<typeof userResult> {
  return {
    ...renderBriefUser(user, links),
    bot: user.userType === "project_bot",
    created_at: user.createdAt.toISOString(),
  };
}

/** An account as JSON for administrators and the user themselves. */
export function renderFullUser(user: User, links: Links): z.input<typeof userResult> {
  return { ...renderUser(user, links), email: user.email, is_admin: user.admin, external: false };
}
