/** The first administrator is made once in the life of a database, and its initial password does not stay. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareInstance } from "../../../src/server/first-start.ts";
import { createTestDatabase } from "../../support/database.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import { createUserWithPassword } from "../../support/world.ts";

let service: TestService;
beforeEach(async () => {
  // Without a password of its own, the first start makes one up.
  service = await startTestService({
    environment: { KEYSIDE_ROOT_PASSWORD: "" },
    database: await createTestDatabase({ empty: true }),
  });
});
afterEach(() => service.stop());

/** What a start does to the database that is there. */
const startAgain = () => prepareInstance(service.container);
const sql = (text: string) => service.container.database.em().execute<Record<string, unknown>[]>(text);
const humans = async () => {
  const rows = await sql("select username, admin from users where user_type = 'human' order by username");
  return rows.map(({ username, admin }) => `${username}${admin === true ? " (admin)" : ""}`);
};

/** As if this database were of a version that kept no record of its first administrator. */
async function forgetTheRecord(): Promise<void> {
  await sql("drop table first_administrator");
  await sql("delete from migrations where name = '20261125060000-first-administrator'");
}

async function deleteRoot(): Promise<void> {
  const ann = await createUserWithPassword(service, "ann", { admin: true });
  const { body } = await service.root.get("/user");
  const { status } = await ann.client.delete(`/users/${(body as { id: number }).id}`);
  expect(status).toBe(204);
}

describe("the first administrator", () => {
  it("does not come back once deleted", async () => {
    await deleteRoot();
    await startAgain();
    expect(await humans()).toEqual(["ann (admin)"]);
  });

  it("does not come back in a database of an earlier version that has another administrator", async () => {
    await deleteRoot();
    await forgetTheRecord();
    await startAgain();
    expect(await humans()).toEqual(["ann (admin)"]);
  });

  it("is not made an administrator again once that was taken from it", async () => {
    await createUserWithPassword(service, "ann", { admin: true });
    await sql("update users set admin = false where username = 'root'");
    await startAgain();
    expect(await humans()).toEqual(["ann (admin)", "root"]);
  });

  it("is known in a database of an earlier version", async () => {
    await forgetTheRecord();
    await startAgain();
    expect(await humans()).toEqual(["root (admin)"]);
    expect(await sql("select u.username from first_administrator f join users u on u.id = f.user_id")).toEqual([
      { username: "root" },
    ]);
  });

  it("is replaced under a free name where a database has lost all administrators, and never stops the start", async () => {
    await sql("update users set admin = false");
    await forgetTheRecord();
    await sql("insert into full_paths (path) values ('root-2')");
    await startAgain();
    expect(await humans()).toEqual(["root", "root-3 (admin)"]);
  });
});

describe("a path `root` that is taken", () => {
  it("does not stop a start", async () => {
    await deleteRoot();
    await sql("insert into full_paths (path) values ('root') on conflict do nothing");
    await expect(startAgain()).resolves.toBeUndefined();
    expect(await humans()).toEqual(["ann (admin)"]);
  });
});

describe("initial-root-password", () => {
  const file = () => service.container.config.rootPasswordFile;
  const chore = () => service.container.initialPassword.tidy();

  it("goes at the first sign-in", async () => {
    const password = (await readFile(file(), "utf8")).trim();
    await chore();
    expect(existsSync(file())).toBe(true);
    expect((await requestToken(service, { username: "root", password })).status).toBe(200);
    await chore();
    expect(existsSync(file())).toBe(false);
    expect((await requestToken(service, { username: "root", password })).status).toBe(200);
  });

  it("stays through a wrong password and the sign-in of another administrator", async () => {
    const ann = await createUserWithPassword(service, "ann", { admin: true });
    expect((await requestToken(service, { username: "ann", password: ann.password })).status).toBe(200);
    expect((await requestToken(service, { username: "root", password: "not this one" })).status).toBe(401);
    await chore();
    expect(existsSync(file())).toBe(true);
  });

  it("goes after 24 hours, and not before", async () => {
    service.clock.advance({ hours: 23, minutes: 59 });
    await chore();
    expect(existsSync(file())).toBe(true);
    service.clock.advance({ minutes: 1 });
    await startAgain();
    expect(existsSync(file())).toBe(false);
  });

  it("goes at a sign-in on another server of the same database", async () => {
    const { config, database, clock } = service.container;
    const { InitialPassword } = await import("../../../src/server/initial-password.ts");
    const other = new InitialPassword(`${config.rootPasswordFile}-elsewhere`, database, clock);
    const { body } = await service.root.get("/user");
    other.used((body as { id: number }).id);
    await other.tidy();
    await chore();
    expect(existsSync(file())).toBe(false);
  });
});
