/** Ensures that a group keeps an Owner, whoever is removed, demoted or deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ConflictError, RuleRefusedError } from "../errors.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { User } from "../users/user.entity.ts";
import { Member } from "./member.entity.ts";
import type { PlaceId } from "./member-place.ts";

/**
 * Requires that a top-level group has an Owner besides this member. If two Owners leave at once, the second to get the
 * lock is refused as the last.
 *
 * @throws RuleRefusedError when there is no other Owner
 */
export async function requireAnotherOwner(em: SqlEntityManager, placeId: PlaceId, member: Member): Promise<void> {
  if (!("namespace" in placeId) || member.accessLevel < ACCESS_LEVELS.owner) return;
  const [group] = await em.execute<{ parent_id: number | null }[]>(
    "select parent_id from namespaces where id = ? for update",
    [placeId.namespace],
  );
  if (group?.parent_id != null) return;
  const owners = await em.count(Member, { ...placeId, accessLevel: ACCESS_LEVELS.owner, id: { $ne: member.id } });
  if (owners === 0) throw new RuleRefusedError("a group must keep an Owner: make another member its Owner first");
}

/**
 * Requires that no group loses its only Owner when this user is deleted.
 *
 * @throws ConflictError naming a group that would lose its only Owner
 */
export async function requireNotLastOwner(em: SqlEntityManager, user: User): Promise<void> {
  const [alone] = await em.execute<{ path: string }[]>(
    `select r.path from members m
     join namespaces n on n.id = m.namespace_id and n.kind = 'group' and n.parent_id is null
     join full_paths r on r.id = n.full_path_id
     where m.user_id = ? and m.access_level = 50 and not exists (
       select 1 from members o where o.namespace_id = n.id and o.access_level = 50 and o.user_id <> m.user_id
     )
     order by r.path limit 1`,
    [user.id],
  );
  if (alone === undefined) return;
  throw new ConflictError(
    `the user is the only Owner of the group ${alone.path}: make another user its Owner, or delete it, first`,
  );
}
