/** Deletes SSH keys and records it. Every use case that ends some ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { utcDate } from "../clock.ts";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import type { Actor } from "../principals/principal.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

interface EndedRow {
  id: number;
  title: string;
  user_id: number;
  project_id: number | null;
}

const RETURNING = `
  returning id, title, user_id, (select project_id from access_tokens t where t.id = access_token_id) as project_id`;

/**
 * Keys that are accepted never again: `?` are the date and the moment. Nothing gives life back to a token that ended, and a key
 * belongs to that very token, whatever it was rotated to.
 */
const IS_DEAD = `(expires_at <= ?::date or exists (
    select from access_tokens t where t.id = access_token_id
      and (t.revoked_at is not null or t.retires_at <= ? or t.expires_at <= ?::date)))`;

function deadAt(now: Date): readonly unknown[] {
  return [utcDate(now), now, utcDate(now)];
}

/** Which keys: one of a user's, or all of some users. */
export interface KeysToEnd {
  readonly userIds: readonly number[];
  readonly keyId?: number;
}

/**
 * Deletes keys inside the caller's transaction: in the same number of statements however many there are. Each has its own
 * event. Returns how many ended.
 */
export async function endSshKeys(em: SqlEntityManager, which: KeysToEnd, { by, at }: Authorship): Promise<number> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const keyId = which.keyId ?? null;
  const ended = await em.execute<EndedRow[]>(
    `delete from ssh_keys where user_id = any(?::int[]) and (?::int is null or id = ?) ${RETURNING}`,
    [idArray(which.userIds), keyId, keyId],
  );
  await recordEvents(
    em,
    ended.map((row) => ({ by: author, action: "destroyed", at, ...subjectOf(row) })),
  );
  return ended.length;
}

/**
 * Makes room for a key that a caller adds, inside their transaction: deletes the dead ones of theirs and of this fingerprint;
 * and the one of this fingerprint that belongs to a token of which theirs is a later one of the same family, from which it
 * passes to theirs.
 */
export async function makeRoomForKey(
  em: SqlEntityManager,
  { caller: by, fingerprint }: { readonly caller: Actor; readonly fingerprint: string },
  at: Date,
): Promise<void> {
  const dead = await em.execute<EndedRow[]>(
    `delete from ssh_keys where (user_id = ? or fingerprint_sha256 = ?) and ${IS_DEAD} ${RETURNING}`,
    [by.userId, fingerprint, ...deadAt(at)],
  );
  await recordExpiries(em, dead, at);
  const passed = await em.execute<EndedRow[]>(
    `delete from ssh_keys k using access_tokens old, access_tokens new
     where k.fingerprint_sha256 = ? and old.id = k.access_token_id
       and new.id = ? and new.family = old.family and new.id > old.id
     returning k.id, k.title, k.user_id, old.project_id`,
    [fingerprint, by.tokenId],
  );
  await recordEvents(
    em,
    passed.map((row) => ({ by, action: "destroyed", at, ...subjectOf(row) })),
  );
}

/** Deletes up to `limit` dead keys inside the caller's transaction, none that another transaction has locked; returns how many. */
export async function endDeadKeys(em: SqlEntityManager, limit: number, at: Date): Promise<number> {
  const dead = await em.execute<EndedRow[]>(
    `delete from ssh_keys where id in (
       select id from ssh_keys where ${IS_DEAD} order by id limit ${limit} for update skip locked
     ) ${RETURNING}`,
    [...deadAt(at)],
  );
  await recordExpiries(em, dead, at);
  return dead.length;
}

/** Nobody ended them: time did, or what ended their tokens, which has events of its own. */
async function recordExpiries(em: SqlEntityManager, dead: readonly EndedRow[], at: Date): Promise<void> {
  await recordEvents(
    em,
    dead.map((row) => ({ by: { userId: row.user_id, tokenId: null }, action: "expired", at, ...subjectOf(row) })),
  );
}

function subjectOf({ id, title, project_id: projectId }: EndedRow) {
  return { target: { type: "Key", id, title }, projectId } as const;
}
