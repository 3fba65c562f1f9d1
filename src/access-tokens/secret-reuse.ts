/**
 * Records that somebody presented a secret that was rotated away, as an event of its project (of its user, for a personal
 * token) that names the address. A forgotten job repeats it, and so may a thief: it is told once an hour for each token.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { DeferredNotes } from "../database/deferred-notes.ts";
import { type NewTargetEvent, tellRecordedEvents } from "../events/recorded-events.ts";

const HOUR_MS = 3_600_000;

interface Presented {
  readonly address: string;
  readonly at: Date;
}

/** A secret that was revoked without a successor was not rotated. What another replica told within the hour is not repeated. */
const RECORD_REUSE: PreparedQuery = {
  name: "record_reuse",
  text: `
    insert into events (created_at, author_id, action, target_type, target_id, target_title, project_id, token_id, address)
    select presented.at, t.user_id, 'reused', 'AccessToken', t.id, t.name, t.project_id, t.id, presented.address
    from unnest($1::int[], $2::timestamptz[], $3::text[]) as presented (id, at, address)
    join access_tokens t on t.id = presented.id
    where exists (select from access_tokens successor where successor.predecessor_id = t.id)
      and not exists (
        select from events e
        where e.token_id = t.id and e.action = 'reused' and e.created_at > presented.at - interval '1 hour')
    returning author_id, target_id, target_title, project_id, address, created_at`,
};

interface ReuseRow {
  author_id: number;
  target_id: number;
  target_title: string;
  project_id: number | null;
  address: string;
  created_at: Date | string;
}

/** Collects and records the reuse of secrets that were rotated away. */
export class SecretReuse {
  readonly #clock: Clock;
  readonly #notes: DeferredNotes<Presented>;

  constructor(database: Database, clock: Clock) {
    this.#clock = clock;
    this.#notes = new DeferredNotes({
      clock,
      periodMs: HOUR_MS,
      write: async (batch) => {
        const presented = [...batch.values()];
        const moments = presented.map(({ at }) => at.toISOString());
        const addresses = presented.map(({ address }) => address);
        const rows = await database.query<ReuseRow>(RECORD_REUSE, [[...batch.keys()], moments, addresses]);
        tellRecordedEvents(database, rows.map(toEvent));
      },
    });
  }

  /** Notes that the secret of a revoked token came from `address` now, without using the database. */
  presented(tokenId: number, address: string): void {
    this.#notes.note(tokenId, { address, at: this.#clock.now() });
  }

  /** Records what was collected; what cannot be written is kept for the next flush. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }
}

function toEvent(row: ReuseRow): NewTargetEvent {
  const { author_id: userId, target_id: id, target_title: title, project_id: projectId, address } = row;
  const target = { type: "AccessToken", id, title } as const;
  return { by: { userId, tokenId: id }, action: "reused", target, projectId, at: new Date(row.created_at), address };
}
