/** Forgets what registries reported long ago, one by one; the counts by day stay. */
import { addDays, type Clock, utcDate } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Database } from "../database/database.ts";

/** The services that forgetting needs. */
export interface ForgetRegistryEventsServices {
  readonly database: Database;
  readonly clock: Clock;
  /** `eventRetentionDays`: how many days, in UTC, a report is kept. */
  readonly config: Pick<Config, "eventRetentionDays">;
}

/** How many rows one transaction deletes, so that none holds its locks for long. */
const BATCH = 10_000;

const FORGET = [
  `delete from registry_events where id in (
     select id from registry_events where happened_at < ? order by happened_at limit ?)`,
  `delete from events where id in (
     select id from events where target_type = 'Image' and created_at < ? order by created_at limit ?)`,
];

/**
 * Deletes the reports that are older than the retention, and the events of images made of them. What people and tokens
 * did in Keyside itself stays: only registries, which report each pull, make records without end.
 *
 * @see docs/spec/registry-auth.md "Notifications from the registry"
 */
export async function forgetRegistryEvents(services: ForgetRegistryEventsServices): Promise<void> {
  const { database, clock, config } = services;
  const cutoff = new Date(`${addDays(utcDate(clock.now()), -config.eventRetentionDays)}T00:00:00Z`);
  for (const statement of FORGET) {
    let deleted: number;
    do {
      const result = await database.em().execute<{ affectedRows: number }>(statement, [cutoff, BATCH], "run");
      deleted = result.affectedRows;
    } while (deleted === BATCH);
  }
}
