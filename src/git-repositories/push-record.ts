/**
 * The record of a push: a row that is written before git changes anything, and says afterwards what has changed. So no push
 * goes unrecorded, whatever ends this process, and none is invented.
 *
 * @see docs/spec/git.md "Hooks and events"
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Actor } from "../principals/principal.ts";
import type { RefUpdate } from "./decide-updates.ts";

/** A push of which it is not known yet what became. */
export interface OpenPush {
  readonly id: number;
  readonly projectId: number;
  readonly by: Actor;
  readonly updates: readonly RefUpdate[];
}

const BEGIN = `
  insert into git_pushes (project_id, user_id, token_id, begun_at, updates) values (?, ?, ?, ?, ?::jsonb) returning id`;

/** Writes that a push is about to change something, and answers the row's id. */
export async function beginPush(
  em: SqlEntityManager,
  { projectId, by, updates, at }: Omit<OpenPush, "id"> & { readonly at: Date },
): Promise<number> {
  const values = [projectId, by.userId, by.tokenId, at, JSON.stringify(updates)];
  const [row] = await em.execute<{ id: number }[]>(BEGIN, values);
  if (row === undefined) throw new Error("a row that was inserted has an id");
  return row.id;
}

interface PushRow {
  readonly id: number;
  readonly project_id: number;
  readonly user_id: number;
  readonly token_id: number | null;
  readonly updates: readonly RefUpdate[];
}

const FIND = "select id, project_id, user_id, token_id, updates from git_pushes where id = ? and recorded_at is null";

/** An open push; undefined when it is closed. */
export async function findOpenPush(em: SqlEntityManager, id: number): Promise<OpenPush | undefined> {
  const [row] = await em.execute<PushRow[]>(FIND, [id]);
  return row === undefined ? undefined : openPush(row);
}

/** Takes an open push for the transaction, so that nobody else closes it; undefined when it is closed. */
export async function lockOpenPush(em: SqlEntityManager, id: number): Promise<OpenPush | undefined> {
  const [row] = await em.execute<PushRow[]>(`${FIND} for update`, [id]);
  return row === undefined ? undefined : openPush(row);
}

function openPush(row: PushRow): OpenPush {
  const by = { userId: row.user_id, tokenId: row.token_id };
  return { id: row.id, projectId: row.project_id, by, updates: row.updates };
}

/** Closes a push: `updates` are those that have happened. */
export async function closePush(
  em: SqlEntityManager,
  id: number,
  { updates, at }: { readonly updates: readonly RefUpdate[]; readonly at: Date },
): Promise<void> {
  const statement = "update git_pushes set recorded_at = ?, updates = ?::jsonb where id = ?";
  await em.execute(statement, [at, JSON.stringify(updates), id]);
}

/** The open pushes that began before a moment, the oldest first, with the keys of their repositories. */
export async function listOpenPushes(
  em: SqlEntityManager,
  before: Date,
): Promise<readonly { readonly id: number; readonly key: string }[]> {
  return await em.execute(
    `select g.id, p.repository_key as key from git_pushes g join projects p on p.id = g.project_id
     where g.recorded_at is null and g.begun_at < ? order by g.id`,
    [before],
  );
}

/**
 * Which of a push's updates somebody saw done: a later push, which has happened, led on from there.
 *
 * @returns the indexes of the updates
 */
export async function findFollowed(em: SqlEntityManager, push: OpenPush): Promise<ReadonlySet<number>> {
  const rows = await em.execute<{ index: number }[]>(
    `select (mine.ordinality - 1)::int as index
     from jsonb_array_elements(?::jsonb) with ordinality as mine (update, ordinality)
     where exists (
       select from git_pushes later where later.project_id = ? and later.id > ? and later.recorded_at is not null
       and later.updates @> jsonb_build_array(jsonb_build_object('ref', mine.update->>'ref', 'from', mine.update->>'to'))
     )`,
    [JSON.stringify(push.updates), push.projectId, push.id],
  );
  return new Set(rows.map(({ index }) => index));
}

/** Deletes the closed pushes that began before a moment: their events remain. */
export async function forgetPushes(em: SqlEntityManager, before: Date): Promise<void> {
  await em.execute("delete from git_pushes where recorded_at < ?", [before]);
}
