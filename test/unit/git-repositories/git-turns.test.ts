import { describe, expect, it } from "vitest";
import { UnavailableError } from "../../../src/errors.ts";
import { GitTurns, TURN_WAIT_MS } from "../../../src/git-repositories/git-turns.ts";

/** Longer than any test waits. */
const LONG_MS = 600_000;
const never = new AbortController().signal;

/** Whether somebody has a turn, once all that can go on has gone on. */
async function hasTurn(asked: Promise<unknown>): Promise<boolean> {
  let given = false;
  asked.then(
    () => {
      given = true;
    },
    () => undefined,
  );
  await new Promise(setImmediate);
  return given;
}

describe("GitTurns", () => {
  it("gives one caller so many at once, and the next when one is done", async () => {
    const turns = new GitTurns({ inAll: 8, perCaller: 2 }, LONG_MS);
    const [first] = await Promise.all([turns.take("ann", never), turns.take("ann", never)]);
    const third = turns.take("ann", never);
    expect(await hasTurn(third)).toBe(false);
    expect(turns.running).toBe(2);
    first();
    (await third)();
    expect(await hasTurn(turns.take("ann", never))).toBe(true);
  });

  it("gives so many in all, in the order of asking", async () => {
    const turns = new GitTurns({ inAll: 2, perCaller: 2 }, LONG_MS);
    const done = await turns.take("ann", never);
    await turns.take("bob", never);
    const waiting = [turns.take("cid", never), turns.take("dan", never)];
    done();
    (await waiting[0])?.();
    await waiting[1];
    expect(turns.running).toBe(2);
  });

  it("holds nobody up by what another caller waits for", async () => {
    const turns = new GitTurns({ inAll: 3, perCaller: 1 }, LONG_MS);
    await turns.take("ann", never);
    const waiting = Array.from({ length: 10 }, () => turns.take("ann", never));
    expect(await hasTurn(turns.take("bob", never))).toBe(true);
    expect(await hasTurn(Promise.race(waiting))).toBe(false);
  });

  it("lets nobody wait longer than its limit, which is 15 seconds", async () => {
    expect(TURN_WAIT_MS).toBe(15_000);
    const turns = new GitTurns({ inAll: 1, perCaller: 1 }, 10);
    const done = await turns.take("ann", never);
    for (const caller of ["ann", "bob"]) await expect(turns.take(caller, never)).rejects.toThrow(UnavailableError);
    done();
    expect(await hasTurn(turns.take("bob", never))).toBe(true);
  });

  it("lets nobody wait behind fifty of one caller's own", async () => {
    const turns = new GitTurns({ inAll: 8, perCaller: 1 }, LONG_MS);
    await turns.take("ann", never);
    for (let index = 0; index < 50; index += 1) void turns.take("ann", never);
    await expect(turns.take("ann", never)).rejects.toThrow(UnavailableError);
    expect(await hasTurn(turns.take("bob", never))).toBe(true);
  });

  it("passes the turn of whoever leaves to the next", async () => {
    const turns = new GitTurns({ inAll: 1, perCaller: 1 }, LONG_MS);
    const done = await turns.take("ann", never);
    const leaving = new AbortController();
    const left = turns.take("ann", leaving.signal);
    const next = turns.take("ann", never);
    leaving.abort(new Error("hung up"));
    await expect(left).rejects.toThrow("hung up");
    expect(await hasTurn(next)).toBe(false);
    done();
    expect(await hasTurn(next)).toBe(true);
  });

  it("gives none to whoever has hung up already", async () => {
    const turns = new GitTurns({ inAll: 1, perCaller: 1 }, LONG_MS);
    await expect(turns.take("ann", AbortSignal.abort(new Error("hung up")))).rejects.toThrow("hung up");
    expect(turns.running).toBe(0);
  });

  it("counts nobody among the waiting who has left", async () => {
    const turns = new GitTurns({ inAll: 8, perCaller: 1 }, LONG_MS);
    const done = await turns.take("ann", never);
    const leaving = new AbortController();
    const left = Array.from({ length: 50 }, () => turns.take("ann", leaving.signal));
    leaving.abort(new Error("hung up"));
    for (const each of left) await expect(each).rejects.toThrow("hung up");
    const next = turns.take("ann", never);
    done();
    expect(await hasTurn(next)).toBe(true);
  });

  it("loses no turn to those who leave while it is given", async () => {
    const turns = new GitTurns({ inAll: 1, perCaller: 1 }, LONG_MS);
    const done = await turns.take("ann", never);
    const leaving = new AbortController();
    const left = turns.take("bob", leaving.signal);
    const next = turns.take("cid", never);
    leaving.abort(new Error("hung up"));
    done();
    await expect(left).rejects.toThrow("hung up");
    (await next)();
    expect(turns.running).toBe(0);
  });

  it("takes a turn back once, however often its holder is done", async () => {
    const turns = new GitTurns({ inAll: 2, perCaller: 2 }, LONG_MS);
    const [first] = await Promise.all([turns.take("ann", never), turns.take("ann", never)]);
    first();
    first();
    expect(turns.running).toBe(1);
  });
});
