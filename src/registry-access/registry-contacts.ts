/**
 * Records when the registry and its clients were last heard of, on whichever replica: noted in memory, and written with the
 * other notes. One row a kind, so what anybody sends stays small.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";

/** What was heard: a registry token that was asked for and given; a report of the registry, taken or refused. */
export const CONTACT_KINDS = ["token", "report", "refused_report"] as const;
/** One of them. */
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** The last contact of a kind. */
export interface Contact {
  readonly at: Date;
  /** Of a report: what it told of last, as `push`. */
  readonly detail: string | undefined;
}

/** Replicas may write in another order than they noted: the latest contact stays. */
const WRITE: PreparedQuery = {
  name: "write_registry_contacts",
  text: `
    insert into registry_contacts as stored (kind, at, detail)
    select kind, at, detail from jsonb_to_recordset($1::jsonb) as (kind text, at timestamptz, detail text) order by kind
    on conflict (kind) do update set at = excluded.at, detail = excluded.detail where stored.at <= excluded.at`,
};

const READ: PreparedQuery = { name: "read_registry_contacts", text: "select kind, at, detail from registry_contacts" };

/** Notes contacts, writes them, and reads what all replicas wrote. */
export class RegistryContacts {
  readonly #database: Database;
  readonly #clock: Clock;
  #waiting = new Map<ContactKind, Contact>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes a contact now, without using the database. */
  note(kind: ContactKind, detail?: string): void {
    this.#waiting.set(kind, { at: this.#clock.now(), detail });
  }

  /** Writes what was noted; what cannot be written is kept for the next flush. */
  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const batch = this.#waiting;
    this.#waiting = new Map();
    const rows = Array.from(batch, ([kind, contact]) => ({ kind, ...contact }));
    try {
      await this.#database.query(WRITE, [JSON.stringify(rows)]);
    } catch (error) {
      this.#waiting = new Map([...batch, ...this.#waiting]);
      throw error;
    }
  }

  /** The last contact of each kind that there was. One query. */
  async read(): Promise<ReadonlyMap<ContactKind, Contact>> {
    const rows = await this.#database.query<{ kind: ContactKind; at: Date | string; detail: string | null }>(READ, []);
    return new Map(rows.map(({ kind, at, detail }) => [kind, { at: new Date(at), detail: detail ?? undefined }]));
  }
}
