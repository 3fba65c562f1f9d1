import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { GivingWay } from "../../../src/git/giving-way.ts";

/** Longer than the period in which it is looked. */
const WHILE_MS = 60;

/** What comes first: the end of giving way, or that of what was promised already. */
const first = (way: GivingWay) =>
  Promise.race([way.giveWay().then(() => "went on"), Promise.resolve().then(() => Promise.resolve("waits"))]);

describe("what carries many bytes", () => {
  it("waits where the process was busy", async () => {
    const way = new GivingWay();
    for (const since = performance.now(); performance.now() - since < WHILE_MS; );
    expect(await first(way)).toBe("waits");
    await way.giveWay();
  });

  it("goes on at once where the process had nothing to do", async () => {
    await wait(WHILE_MS);
    const way = new GivingWay();
    await wait(WHILE_MS);
    expect(await first(way)).toBe("went on");
  });
});
