/** From when on it is known what was pushed and pulled. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, utcDate } from "../clock.ts";
import type { ImageServices } from "./image-services.ts";

/** After how many days without a pull an image is told to be unused. */
export const IDLE_DAYS = 90;

/** What registries' reports tell about. */
export interface Reporting {
  /** The oldest report that is kept; undefined where there is none. */
  readonly since: Date | undefined;
  /** Whether who did not show in {@link IDLE_DAYS} was not there: reports came by then, and are kept for as long. */
  readonly coversIdle: boolean;
}

const FIND = `
  select (select min(happened_at) from registry_events) as since,
    (select min(day)::text from registry_event_counts) as first_day`;

/** What registries' reports tell about. One query. */
export async function findReporting(
  em: SqlEntityManager,
  { clock, config }: Pick<ImageServices, "clock" | "config">,
): Promise<Reporting> {
  const [row] = await em.execute<{ since: Date | string | null; first_day: string | null }[]>(FIND);
  const begin = addDays(utcDate(clock.now()), -IDLE_DAYS);
  return {
    since: row?.since == null ? undefined : new Date(row.since),
    coversIdle: row?.first_day != null && row.first_day <= begin && config.eventRetentionDays >= IDLE_DAYS,
  };
}
