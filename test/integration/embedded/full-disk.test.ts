import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillDisk } from "../../support/full-disk.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";

/** A few rows of it fill a page of the database. */
const LONG = "long ".repeat(380);

/** More rows than the room that is left in the database's files can hold. */
const ROWS = 100;

/** The database is made from nothing, on a machine that may be busy. */
const PATIENCE_MS = 120_000;

const IS_FULL = /the database's disk is full/;
const HAS_ROOM = /the database's disk has room again/;

describe("the embedded database on a disk that is full", () => {
  let service: TestService;
  let makeRoom: () => void;
  beforeEach(async () => {
    makeRoom = () => undefined;
    const location = { directory: await scratchDirectory() };
    service = await startTestService({ database: { location, remove: () => Promise.resolve() } });
  }, PATIENCE_MS);
  afterEach(async () => {
    makeRoom();
    await service.stop();
  });

  let count = 0;
  const write = () => {
    count += 1;
    return service.root.post("/groups", { name: `group ${count}`, path: `group-${count}`, description: LONG });
  };
  /** Writes until the room that was left in the database's own files is used up; the first answer that is no success. */
  const writeUntilRefused = async () => {
    for (let row = 0; row < ROWS; row += 1) {
      const answer = await write();
      if (answer.status !== 201) return answer;
    }
    throw new Error("there is room for everything");
  };
  const readiness = async () => {
    const response = await fetch(`${service.url}/-/readiness`);
    return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
  };
  const told = (what: RegExp) => service.logLines.filter((line) => what.test(line)).length;

  it(
    "is 503 to what writes and to readiness, is told once in words, and is over by itself",
    async () => {
      expect((await write()).status).toBe(201);
      makeRoom = fillDisk();
      expect(await readiness()).toMatchObject({ status: 200 });
      const logged = service.logLines.length;
      for (const answer of [await writeUntilRefused(), await write(), await write()]) {
        expect(answer.status).toBe(503);
        expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
        expect(JSON.stringify(answer.body)).not.toMatch(/disk|space|extend/);
      }
      expect(await readiness()).toEqual({
        status: 503,
        retryAfter: expect.stringMatching(/^[1-9]\d*$/),
        body: { status: "failed", database: "disk full", signing_key: "ok" },
      });
      // What only reads goes on, and looking for room finds none.
      expect((await requestToken(service, { username: "root", password: ROOT_PASSWORD })).status).toBe(200);
      await expect(service.container.database.checkDisk()).rejects.toThrow();
      expect(told(IS_FULL)).toBe(1);
      expect(service.logLines.slice(logged).join("")).not.toContain("stack");
      expect(told(HAS_ROOM)).toBe(0);

      makeRoom();
      await service.container.database.checkDisk();
      await service.container.database.checkDisk();
      expect(told(HAS_ROOM)).toBe(1);
      expect(await readiness()).toMatchObject({ status: 200, body: { status: "ok", database: "ok" } });
      expect((await write()).status).toBe(201);
    },
    PATIENCE_MS,
  );

  it(
    "is told again when it is full again",
    async () => {
      for (const time of [1, 2]) {
        makeRoom = fillDisk();
        expect((await writeUntilRefused()).status).toBe(503);
        makeRoom();
        await service.container.database.checkDisk();
        expect([told(IS_FULL), told(HAS_ROOM)]).toEqual([time, time]);
      }
    },
    PATIENCE_MS,
  );
});
