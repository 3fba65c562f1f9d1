import { describe, expect, it, onTestFinished } from "vitest";
import { Database } from "../../../src/database/database.ts";
import { isConnectionFailure } from "../../../src/database/database-errors.ts";
import { ENTITIES } from "../../../src/server/container.ts";
import { User } from "../../../src/users/user.entity.ts";
import { createTestDatabase } from "../../support/database.ts";

/** Every way to ask a database for something; each with what was taken from it while it was open. */
const WAYS_IN: Readonly<Record<string, (database: Database, em: ReturnType<Database["em"]>) => Promise<unknown>>> = {
  "a transaction": (database) => database.transaction((em) => em.execute("select 1")),
  "a prepared query": (database) => database.query({ name: "one", text: "select 1" }, []),
  "an entity manager": (database) => database.em().execute("select 1"),
  "an entity manager taken before": (_, em) => em.execute("select 1"),
  "a fork of an entity manager taken before": (_, em) => em.fork().execute("select 1"),
  "a repository of an entity manager taken before": (_, em) => em.findOne(User, { username: "root" }),
  "the driver's own client": (_, em) => em.getConnection().getNativeClient(),
  "the ORM's connection": (_, em) => em.getConnection().ensureConnection(),
  "the state of the pool": (database) => database.poolState(),
  "the preparation of a start": (database) => database.prepare(() => Promise.resolve()),
};

async function openDatabase(): Promise<Database> {
  const { location, remove } = await createTestDatabase();
  onTestFinished(remove);
  return await Database.open(location, ENTITIES, { timeoutMs: 60_000 });
}

async function failureOf(enter: () => Promise<unknown>): Promise<unknown> {
  try {
    await enter();
    return "let in";
  } catch (error) {
    return error;
  }
}

describe("a closed database", () => {
  it("refuses every way in, as a database that is gone, and stays closed", async () => {
    const database = await openDatabase();
    const em = database.em();
    await em.execute("select 1");
    await database.close();
    for (const [way, enter] of Object.entries(WAYS_IN)) {
      const error = await failureOf(() => enter(database, em));
      expect(isConnectionFailure(error), `${way}: ${error}`).toBe(true);
    }
    expect(await em.getConnection().isConnected()).toBe(false);
  });

  it("refuses what is begun while it is being closed", async () => {
    const database = await openDatabase();
    const closing = database.close();
    for (const way of ["a transaction", "a prepared query", "an entity manager", "the preparation of a start"]) {
      await expect(async () => await WAYS_IN[way]?.(database, database.em()), way).rejects.toThrow("is closed");
    }
    await closing;
  });
});
