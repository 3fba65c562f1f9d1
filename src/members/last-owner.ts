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

/** The groups and those above them: `group_id`, and the id of each that counts for it. Begins with `(group_id, id)` rows. */
const above = (start: string) => `
  above as (
    ${start}
    union all
    select above.group_id, n.parent_id from above join namespaces n on n.id = above.id where n.parent_id is not null
  )`;

/** The Owners that count for the group `above.group_id`, with the membership `o`. */
const ACTIVE_OWNERS = `
  above
  join members o on o.namespace_id = above.id and o.access_level = ${ACCESS_LEVELS.owner}
  join users u on u.id = o.user_id and u.state = 'active'`;

/** The groups that would have no Owner once all memberships of a user have ended. */
const GROUPS_LEFT_ALONE = `
  with recursive leaving as (
    select m.id, m.namespace_id from members m join namespaces n on n.id = m.namespace_id
    where m.user_id = ? and m.access_level = ${ACCESS_LEVELS.owner} and n.kind = 'group'
  ), ${above("select namespace_id as group_id, namespace_id as id from leaving")}
  select r.path from leaving l
  join namespaces n on n.id = l.namespace_id join full_paths r on r.id = n.full_path_id
  where not exists (
    select 1 from ${ACTIVE_OWNERS} where above.group_id = l.namespace_id and o.id not in (select id from leaving)
  )
  order by r.path limit 1`;

/** The Owners of a group without whom it would have none. */
const LAST_OWNERS = `
  with recursive ${above("select id as group_id, id from namespaces where id = ? and kind = 'group'")}
  select m.id from members m
  where m.namespace_id = ? and m.access_level = ${ACCESS_LEVELS.owner}
    and not exists (select 1 from ${ACTIVE_OWNERS} where o.id <> m.id)`;

/** The ids of the direct memberships of a place without which it would have no Owner: of a group, one at most. */
export async function lastOwnerIds(em: SqlEntityManager, placeId: PlaceId): Promise<readonly number[]> {
  if (!("namespace" in placeId)) return [];
  const { namespace } = placeId;
  const rows = await em.execute<{ id: number }[]>(LAST_OWNERS, [namespace, namespace]);
  return rows.map(({ id }) => id);
}

/**
 * Requires that a group has an Owner besides this member.
 *
 * @throws RuleRefusedError when there is no other Owner
 */
export async function requireAnotherOwner(em: SqlEntityManager, placeId: PlaceId, member: Member): Promise<void> {
  const last = await lastOwnerIds(em, placeId);
  if (last.includes(member.id))
    throw new RuleRefusedError("a group must keep an Owner: make another member its Owner first");
}

/**
 * Requires that no group loses its only Owner when this user is deleted or blocked.
 *
 * @throws ConflictError naming a group that would lose its only Owner
 */
export async function requireNotLastOwner(em: SqlEntityManager, user: User): Promise<void> {
  const [alone] = await em.execute<{ path: string }[]>(GROUPS_LEFT_ALONE, [user.id]);
  if (alone === undefined) return;
  throw new ConflictError(
    `the user is the only Owner of the group ${alone.path}: make another user its Owner, or delete it, first`,
  );
}
