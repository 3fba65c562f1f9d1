/** A service that counts the queries it sends, at both drivers: below the ORM and the prepared queries. */
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { readConfig } from "../src/config.ts";
import { start } from "../src/server/start.ts";

let queries = 0;

for (const driver of [pg.Client.prototype, PGlite.prototype] as { query: (...given: unknown[]) => unknown }[]) {
  const { query } = driver;
  driver.query = function (...given) {
    queries += 1;
    return query.apply(this, given);
  };
}

const service = await start(readConfig());
process.on("message", () => process.send?.({ queries }));
process.once("SIGTERM", () => {
  process.disconnect();
  void service.stop();
});
process.send?.({ port: service.address.port });
