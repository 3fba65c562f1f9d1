/** What is known of reading the registry's catalog: when it was read, whether it is now, and who wants it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";

/** What became of reading the catalog. */
export interface CatalogReading {
  /** When the whole of it was read last. */
  readonly readAt: Date | undefined;
  /** Why it could not be, the last time, in words. */
  readonly problem: string | undefined;
  /** Whether somebody asked for it and it has not ended since, or it is being read. */
  readonly isUnderWay: boolean;
}

const FIND = `
  select read_at, problem, wanted_at is not null or leased_until > ? as is_under_way from catalog_reading`;

interface Row {
  readonly read_at: Date | string | null;
  readonly problem: string | null;
  readonly is_under_way: boolean;
}

/** What became of reading the catalog last. */
export async function findCatalogReading(em: SqlEntityManager, now: Date): Promise<CatalogReading> {
  const [row] = await em.execute<Row[]>(FIND, [now]);
  return {
    readAt: row?.read_at == null ? undefined : new Date(row.read_at),
    problem: row?.problem ?? undefined,
    isUnderWay: row?.is_under_way === true,
  };
}

/** Asks for the catalog to be read soon. Whoever asks has been let to by the door. */
export async function wantCatalog({ database, clock }: UseCaseServices): Promise<void> {
  await database.em().execute("update catalog_reading set wanted_at = coalesce(wanted_at, ?)", [clock.now()], "run");
}
