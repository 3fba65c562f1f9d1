/** Lists the members of a project or group as people manage them: who is one, by what, and what can be done about it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import type { UserState, UserType } from "../users/user.entity.ts";
import { EFFECTIVE_MEMBER_IDS, effectiveMemberValues } from "./find-member.ts";
import { lastOwnerIds } from "./last-owner.ts";
import { type FoundPlace, managesMembers } from "./member-place.ts";

/** Which members are wanted; `search` is a part of a name or username. */
export interface MemberFilter {
  readonly show: "all" | "people" | "bots";
  readonly search: string;
}

/**
 * Why nobody can change a membership here: it is a bot's, and ends with its token; it is of a place above; the group needs an
 * Owner; its level is above the caller's; or the caller may manage no members.
 */
export type FixedBy = "bot" | "inheritance" | "last_owner" | "level" | "role";

/** A membership with its user. */
export interface ReviewedMember {
  readonly userId: number;
  readonly username: string;
  readonly name: string;
  readonly userType: UserType;
  readonly state: UserState;
  readonly accessLevel: number;
  /** The full path of the group, or of the user's own place, that it is inherited from; null: it is of this very place. */
  readonly inheritedFrom: string | null;
  readonly addedAt: Date;
  /** Null for the first accounts. */
  readonly addedBy: { readonly name: string; readonly userType: UserType } | null;
  /** Undefined: the caller may change and remove it. */
  readonly fixedBy: FixedBy | undefined;
  /** Whether the caller may end it: anybody may leave. */
  readonly mayRemove: boolean;
}

/** A page of members, and how many there are within the search. */
export interface ReviewedMembers {
  readonly members: readonly ReviewedMember[];
  readonly counts: { readonly people: number; readonly bots: number };
}

interface MemberRow {
  readonly people: number;
  readonly bots: number;
  readonly id: number | null;
  readonly user_id: number;
  readonly username: string;
  readonly name: string;
  readonly user_type: UserType;
  readonly state: UserState;
  readonly access_level: number;
  readonly inherited_from: string | null;
  readonly created_at: Date | string;
  readonly creator: string | null;
  readonly creator_type: UserType;
}

const SHOWN = { all: "true", people: "not is_bot", bots: "is_bot" } as const;

const ORDER = "is_bot, access_level desc, lower(name), id";

/** One row at least, which has the counts alone where the page has none. */
const membersShown = (show: MemberFilter["show"], own: "project_id" | "namespace_id") => `
  with listed as materialized (
    select m.id, m.user_id, m.access_level, m.created_at, u.username, u.name, u.user_type, u.state,
      u.user_type = 'project_bot' as is_bot, case when m.${own} = ? then null else r.path end as inherited_from,
      c.name as creator, c.user_type as creator_type
    from members m join users u on u.id = m.user_id left join users c on c.id = m.created_by_id
    left join namespaces n on n.id = m.namespace_id left join full_paths r on r.id = n.full_path_id
    where (m.${own} = ? or m.id in (${EFFECTIVE_MEMBER_IDS})) and (u.name ilike ? or u.username ilike ?)
  ), counted as (
    select (count(*) filter (where not is_bot))::int as people, (count(*) filter (where is_bot))::int as bots from listed
  )
  select counted.*, page.* from counted
  left join (select * from listed where ${SHOWN[show]} order by ${ORDER} limit ? offset ?) page on true
  order by ${ORDER}`;

/**
 * A page of the members: people first, then bots, each by level and name. Who is a member here and of a group above is listed
 * for both where the one above gives the higher level.
 *
 * @param place as the caller sees it
 */
export async function reviewMembers(
  em: SqlEntityManager,
  { callerId, place, filter, page }: { callerId: number; place: FoundPlace; filter: MemberFilter; page: Page },
): Promise<ReviewedMembers> {
  const [own, id] =
    "project" in place.id
      ? (["project_id", place.id.project] as const)
      : (["namespace_id", place.id.namespace] as const);
  const pattern = likePattern(filter.search);
  const rows = await em.execute<MemberRow[]>(membersShown(filter.show, own), [
    ...[id, id, ...effectiveMemberValues(place), pattern, pattern, page.limit, page.offset],
  ]);
  const lastOwners = await lastOwnerIds(em, place.id);
  const members = rows.flatMap((row) => {
    if (row.id === null) return [];
    const fixedBy = fixing(place, row, lastOwners.includes(row.id));
    const isOwn = row.user_id === callerId && (fixedBy === "role" || fixedBy === "level");
    return [{ ...toMember(row), fixedBy, mayRemove: fixedBy === undefined || isOwn }];
  });
  return { members, counts: { people: rows[0]?.people ?? 0, bots: rows[0]?.bots ?? 0 } };
}

/** What the use cases that change members would refuse. */
function fixing(place: FoundPlace, row: MemberRow, isLastOwner: boolean): FixedBy | undefined {
  if (row.user_type === "project_bot") return "bot";
  if (row.inherited_from !== null) return "inheritance";
  if (isLastOwner) return "last_owner";
  if (!managesMembers(place)) return "role";
  return row.access_level > place.accessLevel ? "level" : undefined;
}

function toMember(row: MemberRow): Omit<ReviewedMember, "fixedBy" | "mayRemove"> {
  return {
    userId: row.user_id,
    username: row.username,
    name: row.name,
    userType: row.user_type,
    state: row.state,
    accessLevel: row.access_level,
    inheritedFrom: row.inherited_from,
    addedAt: new Date(row.created_at),
    addedBy: row.creator === null ? null : { name: row.creator, userType: row.creator_type },
  };
}
