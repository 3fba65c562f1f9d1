import { beforeEach, describe, expect, it } from "vitest";
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

const limits = { atOnce: 2, waitingPerLine: 3, waiting: 5 };

/** A client that stays on the line. */
const patient = new AbortController().signal;

/** Lets the bench run a queue until all that was asked for has ended in one way or another. */
async function runOut(bench: Bench, asked: readonly Promise<unknown>[]): Promise<PromiseSettledResult<unknown>[]> {
  for (const _ of asked) await bench.endOne();
  return await Promise.allSettled(asked);
}

describe("FairQueue", () => {
  let bench: Bench;
  /** Asks for work by its name, whose first letter is the line. */
  const ask = (queue: FairQueue, name: string, path = [name.charAt(0)], signal = patient) => {
    const result = queue.run(path, bench.work(name), signal);
    // What a test does not look at may be refused.
    result.catch(() => undefined);
    return result;
  };
  beforeEach(() => {
    bench = new Bench();
  });

  it("runs no more at once than its limit, and all in the end", async () => {
    const queue = new FairQueue(limits);
    const results = ["a", "b", "c", "d"].map((name) => ask(queue, name));
    expect(bench.started).toEqual(["a", "b"]);
    await bench.endOne();
    expect(bench.started).toEqual(["a", "b", "c"]);
    for (let count = 0; count < 3; count += 1) await bench.endOne();
    expect(await Promise.all(results)).toEqual(["a", "b", "c", "d"]);
  });

  it("takes turns between lines, so that one who asks much does not hold up the others", async () => {
    const queue = new FairQueue({ ...limits, atOnce: 1 });
    await runOut(
      bench,
      ["x1", "x2", "x3", "x4", "y1", "z1"].map((name) => ask(queue, name)),
    );
    expect(bench.started).toEqual(["x1", "x2", "y1", "z1", "x3", "x4"]);
  });

  it("takes turns between the lines of one line, which have no more turns together than another has alone", async () => {
    const queue = new FairQueue({ atOnce: 1, waitingPerLine: 3, waiting: 20 });
    const asked = [ask(queue, "first")];
    for (const name of ["a1", "a2", "b1", "b2", "c1"]) asked.push(ask(queue, name, ["x", name.charAt(0)]));
    for (const name of ["y1", "y2", "y3"]) asked.push(ask(queue, name, ["y", "only"]));
    await runOut(bench, asked);
    expect(bench.started).toEqual(["first", "a1", "y1", "b1", "y2", "c1", "y3", "a2", "b2"]);
  });

  it("refuses a line that has too much waiting, and then takes others still", async () => {
    const queue = new FairQueue(limits);
    const asked = Array.from({ length: 5 }, (_, index) => ask(queue, `x${index}`));
    await expect(ask(queue, "x5")).rejects.toThrow(TooManyFailuresError);
    asked.push(ask(queue, "y"));
    for (const _ of asked) await bench.endOne();
    expect(await Promise.all(asked)).toContain("y");
    expect(bench.started).not.toContain("x5");
  });

  it("goes on after work that fails", async () => {
    const queue = new FairQueue({ ...limits, atOnce: 1 });
    const failing = queue.run(["x"], () => Promise.reject(new Error("broken")), patient);
    const next = queue.run(["x"], () => Promise.resolve("fine"), patient);
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("fine");
    expect(await queue.run(["y"], () => Promise.resolve("at once"), patient)).toBe("at once");
  });

  describe("when it is full", () => {
    it("lets a newcomer in for the last of the longest line", async () => {
      const queue = new FairQueue({ ...limits, atOnce: 1 });
      const asked = ["r", "x1", "x2", "x3", "y1", "y2", "z1"].map((name) => ask(queue, name));
      await expect(asked[3]).rejects.toThrow(UnavailableError);
      await runOut(bench, asked);
      expect(bench.started).toEqual(["r", "x1", "y1", "z1", "x2", "y2"]);
    });

    it("refuses a newcomer whose line is no shorter than the others, of which none gives way", async () => {
      const queue = new FairQueue(limits);
      const asked = Array.from({ length: 7 }, (_, index) => ask(queue, `${index}`));
      await expect(ask(queue, "7")).rejects.toThrow(UnavailableError);
      for (const _ of asked) await bench.endOne();
      expect(await Promise.all(asked)).toHaveLength(7);
    });

    it("refuses the newcomer of the longest line itself", async () => {
      const queue = new FairQueue({ atOnce: 1, waitingPerLine: 9, waiting: 3 });
      const asked = ["r", "x1", "x2", "x3"].map((name) => ask(queue, name));
      await expect(ask(queue, "x4")).rejects.toThrow(UnavailableError);
      await runOut(bench, asked);
      expect(bench.started).toEqual(["r", "x1", "x2", "x3"]);
    });

    it("counts many lines within one as that one, and within it lets the quiet one in", async () => {
      const queue = new FairQueue({ atOnce: 1, waitingPerLine: 3, waiting: 4 });
      const asked = [ask(queue, "r")];
      for (const name of ["a1", "b1", "b2", "c1"]) asked.push(ask(queue, name, ["x", name.charAt(0)]));
      // Of another line: the last of x's longest, b2, gives way.
      asked.push(ask(queue, "y1", ["y", "y"]));
      await expect(asked[3]).rejects.toThrow(UnavailableError);
      // Now every line within x has one, and a further one of them is no quieter than they are.
      await expect(ask(queue, "d1", ["x", "d"])).rejects.toThrow(UnavailableError);
      await runOut(bench, asked);
      expect(bench.started).toEqual(["r", "a1", "y1", "b1", "c1"]);
    });

    it("never lets one who waits alone be displaced, however many lines come", async () => {
      const queue = new FairQueue({ atOnce: 1, waitingPerLine: 3, waiting: 6 });
      const asked = [ask(queue, "r"), ask(queue, "victim", ["v"])];
      for (let index = 0; index < 50; index += 1) asked.push(ask(queue, `${index}`, [`line ${index % 25}`]));
      await runOut(bench, asked);
      expect(bench.started.slice(0, 2)).toEqual(["r", "victim"]);
    });
  });

  describe("for a client that hung up", () => {
    it("never starts the work, and gives its place to others", async () => {
      const queue = new FairQueue({ atOnce: 1, waitingPerLine: 3, waiting: 3 });
      const client = new AbortController();
      const running = ask(queue, "r");
      const gone = ["x1", "x2", "x3"].map((name) => ask(queue, name, ["x"], client.signal));
      await expect(ask(queue, "x4")).rejects.toThrow(TooManyFailuresError);
      client.abort(new Error("hung up"));
      for (const each of gone) await expect(each).rejects.toThrow("hung up");
      await runOut(bench, [running, ask(queue, "x5"), ask(queue, "x6"), ask(queue, "x7")]);
      expect(bench.started).toEqual(["r", "x5", "x6", "x7"]);
    });

    it("does not start the work where it hung up before it asked", async () => {
      const queue = new FairQueue(limits);
      await expect(ask(queue, "x", ["x"], AbortSignal.abort(new Error("hung up")))).rejects.toThrow("hung up");
      expect(bench.started).toEqual([]);
    });

    it("lets work go on that has begun", async () => {
      const queue = new FairQueue(limits);
      const client = new AbortController();
      const begun = ask(queue, "x", ["x"], client.signal);
      client.abort(new Error("hung up"));
      await bench.endOne();
      expect(await begun).toBe("x");
    });
  });

  it("once closed, refuses all that waits and all that comes, and lets go on what runs", async () => {
    const queue = new FairQueue({ ...limits, atOnce: 1 });
    const [running, ...waiting] = ["r", "x1", "x2", "y1"].map((name) => ask(queue, name));
    queue.close();
    for (const each of waiting) await expect(each).rejects.toThrow(UnavailableError);
    await expect(ask(queue, "z1")).rejects.toThrow(UnavailableError);
    await bench.endOne();
    expect(await running).toBe("r");
    expect(bench.started).toEqual(["r"]);
  });
});
