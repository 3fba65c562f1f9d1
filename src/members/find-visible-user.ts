/** Finds users whom a caller may see. One whom they may not see looks as if there were no such user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { User } from "../users/user.entity.ts";

const MEMBERSHIPS = `
  members m left join namespaces n on n.id = m.namespace_id left join full_paths r on r.id = n.full_path_id`;

/** Whether a user is a member of the bot's project, directly or by a group that it lies in. */
const SEEN_BY_BOT = `
  select exists (select from ${MEMBERSHIPS} where m.user_id = ? and (m.project_id = ? or r.path in (?))) as seen`;

/** Whether a user is no bot, or the bot of a project that the caller sees: their names tell what they are for. */
const SEEN_BY_HUMAN = `
  select exists (
    select from users u
    left join members b on b.user_id = u.id and u.user_type = 'project_bot'
    left join projects p on p.id = b.project_id
    left join full_paths pr on pr.id = p.full_path_id
    where u.id = ? and (u.user_type <> 'project_bot' or p.visibility in ('public', 'internal') or exists (
      select from ${MEMBERSHIPS} where m.user_id = ? and (m.project_id = p.id or starts_with(pr.path, r.path || '/'))))
  ) as seen`;

/**
 * Finds a user by id or username, if the caller may see them: administrators see everybody; humans, all humans and the bots
 * of projects that they see; bots, the members of their project. A hidden user costs the same queries as a missing one.
 *
 * @throws NotFoundError when there is none, or they are hidden from the caller
 * @see docs/spec/rest-api.md "Authentication"
 */
export async function findVisibleUser(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  which: { readonly id: number } | { readonly username: string },
): Promise<User> {
  const user = await seekVisibleUser(em, caller, which);
  if (user === undefined) throw new NotFoundError("User");
  return user;
}

/** Like {@link findVisibleUser}, but undefined when there is none, or they are hidden from the caller. */
export async function seekVisibleUser(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  which: { readonly id: number } | { readonly username: string },
): Promise<User | undefined> {
  const user = await em.findOne(User, which);
  const isVisible = isAdministrator(caller) || (await isSeen(em, caller, user?.id ?? 0));
  return user !== null && isVisible ? user : undefined;
}

async function isSeen(em: SqlEntityManager, caller: SignedInPrincipal, userId: number): Promise<boolean> {
  const [statement, values] =
    caller.kind === "bot"
      ? [SEEN_BY_BOT, [userId, caller.project.id, pathPrefixes(caller.project.path)]]
      : [SEEN_BY_HUMAN, [userId, caller.userId]];
  const [row] = await em.execute<{ seen: boolean }[]>(statement, values);
  return row?.seen === true;
}
