/**
 * What time does to tokens: each expiry and each end of a grace is recorded, and bots all of whose tokens have long been
 * inactive are deleted. Of several replicas one does it at a time; what one leaves half-done, the next pass finishes.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, utcDate } from "../clock.ts";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import { deleteUsers, lockUsers } from "../users/delete-user.ts";
import { markRevoked } from "./mark-revoked.ts";
import type { RevokeServices } from "./revoke-token.ts";

/** The services that sweeping needs. */
export interface SweepServices extends RevokeServices {
  readonly tokenSettings: { readonly inactiveRetentionDays: number };
}

/** The key of the advisory lock held while sweeping. Any number will do, as long as every replica uses the same. */
const SWEEP_LOCK = 6_573_642_106;

/** How many rows one transaction handles, since it holds its locks until it ends. */
const BATCH = 100;

interface ExpiredRow {
  id: number;
  name: string;
  user_id: number;
  project_id: number | null;
  expires_at: string;
}

/** Tokens whose grace is over, with their users, who are locked before the tokens, as everywhere. */
const FIND_RETIRED = `
  select id, user_id from access_tokens where retires_at <= ? and revoked_at is null order by id limit ${BATCH}`;

/** Tokens that expired; one that was revoked before its date has an event already, and one in grace ends by that. */
const MARK_EXPIRED = `
  update access_tokens set expiry_recorded_at = ?
  where id in (
    select id from access_tokens
    where expires_at <= ?::date and expiry_recorded_at is null and revoked_at is null and retires_at is null
    order by id limit ${BATCH} for update skip locked
  )
  returning id, name, user_id, project_id, expires_at::text as expires_at`;

/**
 * Finds bots without an active token, by the date on which their last one became inactive. A bot with an expiry that is not
 * recorded yet waits for the next batch: deleting it first would revoke the token, and the expiry would never be told.
 */
const FIND_DEAD_BOTS = `
  select t.user_id from access_tokens t join users u on u.id = t.user_id
  where u.user_type = 'project_bot'
  group by t.user_id
  having bool_and(t.revoked_at is not null or coalesce(t.expires_at <= ?::date and t.expiry_recorded_at is not null, false))
    and max(least(t.revoked_at, t.expires_at::timestamp at time zone 'UTC')) <= ?
  order by t.user_id limit ${BATCH}`;

/** How many tokens expired or came to the end of their grace, and how many bots were deleted. */
interface Swept {
  readonly expired: number;
  readonly retired: number;
  readonly swept: number;
}

/**
 * Records new expiries and ends of graces, and deletes long inactive bots; returns how many of each.
 *
 * @see docs/spec/access-tokens.md "Expiry"
 */
export async function sweepTokens(services: SweepServices): Promise<Swept> {
  const total = { expired: 0, retired: 0, swept: 0 };
  for (;;) {
    const done = await services.database.transaction((em) => sweepBatch(em, services));
    total.expired += done.expired;
    total.retired += done.retired;
    total.swept += done.swept;
    if (Math.max(done.expired, done.retired, done.swept) < BATCH) return total;
  }
}

async function sweepBatch(em: SqlEntityManager, services: SweepServices): Promise<Swept> {
  const [lock] = await em.execute<{ locked: boolean }[]>("select pg_try_advisory_xact_lock(?) as locked", [SWEEP_LOCK]);
  if (lock?.locked !== true) return { expired: 0, retired: 0, swept: 0 };
  const now = services.clock.now();
  const retired = await recordRetirements(em, now);
  const expired = await recordExpiries(em, now);
  const swept = await sweepBots(em, services, now);
  return { expired, retired, swept };
}

async function recordRetirements(em: SqlEntityManager, now: Date): Promise<number> {
  const found = await em.execute<{ id: number; user_id: number }[]>(FIND_RETIRED, [now]);
  if (found.length === 0) return 0;
  await lockUsers(
    em,
    found.map(({ user_id }) => user_id),
  );
  const tokenIds = found.map(({ id }) => id);
  await markRevoked(em, { tokenIds }, { by: undefined, at: now }, "retired");
  return found.length;
}

async function recordExpiries(em: SqlEntityManager, now: Date): Promise<number> {
  const expired = await em.execute<ExpiredRow[]>(MARK_EXPIRED, [now, utcDate(now)]);
  await recordEvents(
    em,
    expired.map(({ id, name, user_id, project_id, expires_at }) => ({
      by: { userId: user_id, tokenId: null },
      action: "expired",
      target: { type: "AccessToken", id, title: name },
      projectId: project_id,
      at: new Date(`${expires_at}T00:00:00Z`),
    })),
  );
  return expired.length;
}

async function sweepBots(em: SqlEntityManager, services: SweepServices, now: Date): Promise<number> {
  const today = utcDate(now);
  const cutoff = new Date(`${addDays(today, -services.tokenSettings.inactiveRetentionDays)}T00:00:00Z`);
  const values = [today, cutoff];
  const found = await em.execute<{ user_id: number }[]>(FIND_DEAD_BOTS, values);
  // A token may have been rotated meanwhile, and its bot be active again: only under the lock is that certain.
  const locked = await lockUsers(
    em,
    found.map(({ user_id }) => user_id),
  );
  return await deleteUsers(em, services, await stillDead(em, locked, today), { by: undefined, at: now });
}

async function stillDead(em: SqlEntityManager, botIds: readonly number[], today: string): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select u.id from users u where u.id = any(?::int[]) and not exists (
       select 1 from access_tokens t
       where t.user_id = u.id and t.revoked_at is null and (t.expires_at is null or t.expires_at > ?::date)
     ) order by u.id`,
    [idArray(botIds), today],
  );
  return rows.map(({ id }) => id);
}
