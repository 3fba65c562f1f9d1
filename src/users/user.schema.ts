/** Accounts on the wire, field for field as GitLab's. */
import { z } from "zod";
import { flag, id, text } from "../http/validate.ts";
import { USER_STATES, type User } from "./user.entity.ts";

export const userParams = z.object({ id: id() });

/** A password of a human: its length is the one rule that makes sense. @see NIST SP 800-63B section 5.1.1.2 */
export const password = z.string().min(8).max(128);

const email = z.string().max(255).refine(isEmail, "an e-mail address");

function isEmail(value: string): boolean {
  return z.email().safeParse(value).success;
}

/** What an account is made from; the username is checked as a path, since it becomes the personal namespace's. */
export function createUserBody(username: z.ZodType<string>) {
  return z.object({ username, name: text(255), email, password, admin: flag().default(false) });
}

export const userResult = z.object({
  id: z.int(),
  username: z.string(),
  name: z.string(),
  state: z.enum(USER_STATES),
  bot: z.boolean(),
  created_at: z.iso.datetime(),
});

/** What administrators, and users themselves, see besides. */
export const fullUserResult = userResult.extend({ email: z.string(), is_admin: z.boolean() });

/** An account as anybody who is signed in sees it. */
export function renderUser(user: User): z.input<typeof userResult> {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    state: user.state,
    bot: user.userType === "project_bot",
    created_at: user.createdAt.toISOString(),
  };
}

/** An account as administrators and the user see it. */
export function renderFullUser(user: User): z.input<typeof fullUserResult> {
  return { ...renderUser(user), email: user.email, is_admin: user.admin };
}
