import { describe, expect, it } from "vitest";
import { FairQueue } from "../../../src/authentication/fair-queue.ts";
import { TooManyFailuresError, UnavailableError } from "../../../src/errors.ts";

/** Work that a test ends itself, in the order in which it was started. */
class Bench {
  readonly started: string[] = [];
  readonly #ends: (() => void)[] = [];

  readonly work = (name: string) => (): Promise<string> => {
    this.started.push(name);
    return new Promise((resolve) => this.#ends.push(() => resolve(name)));
  };

  /** Ends the work that was started first, and lets what follows from it happen. */
  async endOne(): Promise<void> {
    this.#ends.shift()?.();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

const limits = { atOnce: 2, waitingPerKey: 3, waiting: 5 };

describe("FairQueue", () => {
  it("runs no more at once than its limit, and all in the end", async () => {
    const bench = new Bench();
    const queue = new FairQueue(limits);
    const results = ["a", "b", "c", "d"].map((name) => queue.run(name, bench.work(name)));
    expect(bench.started).toEqual(["a", "b"]);
    await bench.endOne();
    expect(bench.started).toEqual(["a", "b", "c"]);
    for (let count = 0; count < 3; count += 1) await bench.endOne();
    expect(await Promise.all(results)).toEqual(["a", "b", "c", "d"]);
  });

  it("takes turns between keys, so that one who asks much does not hold up the others", async () => {
    const bench = new Bench();
    const queue = new FairQueue({ ...limits, atOnce: 1 });
    const asked = ["x1", "x2", "x3", "x4", "y1", "z1"].map((name) => queue.run(name.charAt(0), bench.work(name)));
    for (const _ of asked) await bench.endOne();
    await Promise.all(asked);
    expect(bench.started).toEqual(["x1", "x2", "y1", "z1", "x3", "x4"]);
  });

  it("refuses a key that has too much waiting, and then takes others still", async () => {
    const bench = new Bench();
    const queue = new FairQueue(limits);
    const asked = Array.from({ length: 5 }, (_, index) => queue.run("x", bench.work(`x${index}`)));
    await expect(queue.run("x", bench.work("x5"))).rejects.toThrow(TooManyFailuresError);
    asked.push(queue.run("y", bench.work("y")));
    for (const _ of asked) await bench.endOne();
    expect(await Promise.all(asked)).toContain("y");
    expect(bench.started).not.toContain("x5");
  });

  it("refuses everybody when too much waits of all", async () => {
    const bench = new Bench();
    const queue = new FairQueue(limits);
    const asked = Array.from({ length: 7 }, (_, index) => queue.run(`key${index}`, bench.work(`${index}`)));
    await expect(queue.run("key7", bench.work("7"))).rejects.toThrow(UnavailableError);
    for (const _ of asked) await bench.endOne();
    expect(await Promise.all(asked)).toHaveLength(7);
  });

  it("goes on after work that fails", async () => {
    const queue = new FairQueue({ ...limits, atOnce: 1 });
    const failing = queue.run("x", () => Promise.reject(new Error("broken")));
    const next = queue.run("x", () => Promise.resolve("fine"));
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("fine");
    expect(await queue.run("y", () => Promise.resolve("at once"))).toBe("at once");
  });

  it("lets nothing more begin once it is closed, whether it waits or comes, and what runs end well", async () => {
    const bench = new Bench();
    const queue = new FairQueue(limits);
    const running = ["a", "b"].map((name) => queue.run(name, bench.work(name)));
    const waiting = ["c", "c", "d"].map((name) => queue.run(name, bench.work(name)).catch((error: unknown) => error));
    queue.close();
    waiting.push(queue.run("e", bench.work("e")).catch((error: unknown) => error));
    await bench.endOne();
    for (const refused of await Promise.all(waiting)) expect(refused).toBeInstanceOf(UnavailableError);
    await bench.endOne();
    expect(await Promise.all(running)).toEqual(["a", "b"]);
    expect(bench.started).toEqual(["a", "b"]);
  });
});
