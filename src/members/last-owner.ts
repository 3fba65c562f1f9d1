/**
 * Ensures that a group keeps an Owner, whoever is removed, demoted, blocked or deleted. Both checks count Owners of the
 * group itself and of the groups above it, and no blocked ones. The caller holds `lockDepartures`.
 *
 * @see docs/spec/access-tokens.md "Administrators and owners cannot vanish"
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ConflictError, RuleRefusedError } from "../errors.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { User } from "../users/user.entity.ts";
import type { Member } from "./member.entity.ts";
import type { PlaceId } from "./member-place.ts";

/** The groups that would have no Owner once `which` memberships have ended. */
const groupsLeftAlone = (which: "m.id = ?" | "m.user_id = ?") => `
  with recursive leaving as (
    select m.id, m.namespace_id from members m join namespaces n on n.id = m.namespace_id
    where ${which} and m.access_level = ${ACCESS_LEVELS.owner} and n.kind = 'group'
  ),
  above as (
    select namespace_id as group_id, namespace_id as id from leaving
    union all
    select above.group_id, n.parent_id from above join namespaces n on n.id = above.id where n.parent_id is not null
  )
  select r.path from leaving l
  join namespaces n on n.id = l.namespace_id join full_paths r on r.id = n.full_path_id
  where not exists (
    select 1 from above
    join members o on o.namespace_id = above.id and o.access_level = ${ACCESS_LEVELS.owner}
    join users u on u.id = o.user_id and u.state = 'active'
    where above.group_id = l.namespace_id and o.id not in (select id from leaving)
  )
  order by r.path limit 1`;

/**
 * Requires that a group has an Owner besides this member.
 *
 * @throws RuleRefusedError when there is no other Owner
 */
export async function requireAnotherOwner(em: SqlEntityManager, placeId: PlaceId, member: Member): Promise<void> {
  if (!("namespace" in placeId)) return;
  const alone = await em.execute<unknown[]>(groupsLeftAlone("m.id = ?"), [member.id]);
  if (alone.length > 0) throw new RuleRefusedError("a group must keep an Owner: make another member its Owner first");
}

/**
 * Requires that no group loses its only Owner when this user is deleted or blocked.
 *
 * @throws ConflictError naming a group that would lose its only Owner
 */
export async function requireNotLastOwner(em: SqlEntityManager, user: User): Promise<void> {
  const [alone] = await em.execute<{ path: string }[]>(groupsLeftAlone("m.user_id = ?"), [user.id]);
  if (alone === undefined) return;
  throw new ConflictError(
    `the user is the only Owner of the group ${alone.path}: make another user its Owner, or delete it, first`,
  );
}
