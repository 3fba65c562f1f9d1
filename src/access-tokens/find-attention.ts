/** Finds what the tokens of a human's projects need: those that end soon, that could go, and whose old secrets were used. */
import { DAY_MS } from "../clock.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { OF_MEMBER } from "../projects/list-projects.ts";
import { ENDS_SOON, MOMENT, momentValues, SAFE_TO_REVOKE } from "./token-standing.ts";

/** For how many days the use of an old secret needs attention. */
const REUSED_DAYS = 30;

/** How many projects are named. */
const NAMED_PROJECTS = 20;

/** What the tokens of a project need. */
export interface TokenAttention {
  readonly path: string;
  readonly endsSoon: number;
  /** `YYYY-MM-DD`: when the first of them ends; null: none does. */
  readonly firstEnd: string | null;
  readonly safeToRevoke: number;
  /** How often somebody presented a secret that was rotated away, in 30 days: a forgotten job, or a thief. */
  readonly reused: number;
}

/** What may be a leak comes first, then what ends first. */
const FIND = `
  select r.path, t.ends_soon, t.first_end, t.safe_to_revoke, e.reused, (count(*) over ())::int as total
  from (${OF_MEMBER}) mine
  join projects own on own.id = mine.id
  join full_paths r on r.id = own.full_path_id
  cross join lateral (
    select (count(*) filter (where ${ENDS_SOON}))::int as ends_soon,
      (min(t.expires_at) filter (where ${ENDS_SOON}))::text as first_end,
      (count(*) filter (where ${SAFE_TO_REVOKE}))::int as safe_to_revoke
    from (${MOMENT}) moment cross join access_tokens t where t.project_id = own.id
  ) t
  cross join lateral (
    select count(*)::int as reused from events
    where project_id = own.id and target_type = 'AccessToken' and action = 'reused' and created_at >= ?
  ) e
  -- The project of the registry's checks is gone in a minute.
  where not exists (select from registry_checks c where c.ended_at is null and c.project_path = r.path)
    and t.ends_soon + t.safe_to_revoke + e.reused > 0
  order by e.reused > 0 desc, t.first_end nulls last, r.path limit ${NAMED_PROJECTS}`;

interface Row {
  readonly path: string;
  readonly ends_soon: number;
  readonly first_end: string | null;
  readonly safe_to_revoke: number;
  readonly reused: number;
  readonly total: number;
}

/**
 * What needs attention in the projects that the caller manages as a member, 20 at most, and in how many projects anything
 * does. One query.
 *
 * @see docs/spec/web.md "Pages"
 */
export async function findAttention(
  { database, clock }: UseCaseServices,
  { userId }: UserPrincipal,
): Promise<[TokenAttention[], number]> {
  const now = clock.now();
  const manager = [userId, ACCESS_LEVELS.maintainer];
  const since = new Date(now.getTime() - REUSED_DAYS * DAY_MS);
  const rows = await database.em().execute<Row[]>(FIND, [...manager, ...manager, ...momentValues(now), since]);
  const found = rows.map(({ path, ends_soon, first_end, safe_to_revoke, reused }) => ({
    path,
    endsSoon: ends_soon,
    firstEnd: first_end,
    safeToRevoke: safe_to_revoke,
    reused,
  }));
  return [found, rows[0]?.total ?? 0];
}
