/**
 * Records events in the transaction that makes the change, so that neither is stored without the other; who listens is told
 * after the commit.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { afterCommit } from "../database/after-commit.ts";
import { gitActionOf, keptPush } from "./push-data.ts";
import { type NewEvent, tellRecordedEvents } from "./recorded-events.ts";

/** All rows come as one parameter, however many there are. */
const INSERT_EVENTS = `
  insert into events (created_at, author_id, action, target_type, target_id, target_title, push_data, project_id, token_id,
    address)
  select at, author_id, action, target_type, target_id, target_title, push_data, project_id, token_id, address
  from rows from (
    jsonb_to_recordset(?::jsonb) as (at timestamptz, author_id int, action text, target_type text, target_id int,
      target_title text, push_data jsonb, project_id int, token_id int, address text)
  ) with ordinality
  order by ordinality`;

/** Writes the record of an event, inside the caller's transaction. */
export async function recordEvent(em: SqlEntityManager, event: NewEvent): Promise<void> {
  await recordEvents(em, [event]);
}

/** Writes the records of events, in their order, in one statement, inside the caller's transaction. */
export async function recordEvents(em: SqlEntityManager, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await em.execute(INSERT_EVENTS, [JSON.stringify(events.map(rowOf))]);
  afterCommit(em, (database) => tellRecordedEvents(database, events));
}

/** The columns of an event; one that is left out is null. */
function rowOf(event: NewEvent) {
  const { by, at, projectId } = event;
  const common = { at: at.toISOString(), author_id: by.userId, token_id: by.tokenId, project_id: projectId };
  if ("push" in event) return { ...common, action: gitActionOf(event.push), push_data: keptPush(event.push) };
  const { action, target, address } = event;
  return {
    ...common,
    action,
    target_type: target.type,
    target_id: target.id,
    target_title: target.title,
    address: address || null,
  };
}
