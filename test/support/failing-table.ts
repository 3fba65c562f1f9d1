/** Makes the database itself refuse, so that a test sees what a failure half-way leaves behind. */
import type { TestService } from "./service.ts";

/** Lets every insert, update or delete of a table fail until the returned function is called. */
export async function failOn(
  { container }: TestService,
  event: "insert" | "update" | "delete",
  table: string,
): Promise<() => Promise<void>> {
  const em = container.database.em();
  await em.execute(
    `create or replace function fail() returns trigger language plpgsql as $$ begin raise exception 'injected'; end $$`,
  );
  await em.execute(`create trigger failing before ${event} on ${table} for each row execute function fail()`);
  return async () => {
    await em.execute(`drop trigger failing on ${table}`);
  };
}
