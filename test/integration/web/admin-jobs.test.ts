import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { chores } from "../../../src/server/chores.ts";
import { startChores } from "../../../src/server/run-chores.ts";
import { failOn } from "../../support/failing-table.ts";
import { watchStatements } from "../../support/statements.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const FREQUENT = { name: "see whether a full disk has room again", everyMs: 5_000 };
const HOURLY = { name: "sweep web sessions", everyMs: 3_600_000 };

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

/** A chore ends at the moment of the clock, and what was noted is written, as a chore does it. */
async function runs({ name, everyMs }: typeof HOURLY, { failed = false, ms = 12 } = {}): Promise<void> {
  const { jobRuns, clock } = stage.service.container;
  jobRuns.note({ name, everyMs }, { endedAt: clock.now(), ms, failed });
  await jobRuns.flush();
}

/** The row of a job, as text. */
async function rowOf({ name }: { readonly name: string }): Promise<string | undefined> {
  const { html } = await (await stage.clientOf("administrator")).get("/admin/jobs");
  const rows = html.replaceAll("&#39;", "'").split("<tr ");
  const row = rows.find((each) => each.includes(`>${name}<`));
  return row?.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

/** How many statements that write runs some work sends. */
async function writes(work: () => Promise<unknown>): Promise<number> {
  const sent = await watchStatements(stage.service);
  const statements = await sent(work);
  vi.restoreAllMocks();
  return statements.filter(({ text }) => text.includes("job_runs")).length;
}

describe("the page of jobs", () => {
  it("lists every chore of the service with its period, before any ran", async () => {
    for (const { name } of chores(stage.service.container)) expect(await rowOf({ name })).toContain("none known");
    expect(await rowOf(FREQUENT)).toContain("every 5 seconds");
    expect(await rowOf(HOURLY)).toContain("every hour");
  });

  it("tells when a job last ran, on whichever process, how long it took and that it was done", async () => {
    await runs(HOURLY, { ms: 3_210 });
    stage.service.clock.advance({ minutes: 2 });
    expect(await rowOf(HOURLY)).toMatch(/2 min\. ago 3\.2 s done/);
    expect(await rowOf(HOURLY)).not.toContain("overdue");
  });

  it("tells that the last run failed, and nothing of why", async () => {
    const { container } = stage.service;
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = async () => {
      resolve();
      throw new Error("select digest from web_sessions");
    };
    const stop = startChores([{ ...HOURLY, everyMs: 1, run }], container);
    await promise;
    await stop();
    await container.jobRuns.flush();
    expect(await rowOf(HOURLY)).toContain("failed See the log.");
    expect(await rowOf(HOURLY)).not.toContain("digest");
    await runs(HOURLY);
    expect(await rowOf(HOURLY)).not.toContain("failed");
  });

  it("marks a job that ought to have run again", async () => {
    await runs(HOURLY);
    stage.service.clock.advance({ hours: 3, seconds: 1 });
    expect(await rowOf(HOURLY)).toContain("overdue");
    await runs(HOURLY);
    expect(await rowOf(HOURLY)).not.toContain("overdue");
  });

  it("takes as many queries after many runs as after none", async () => {
    const client = await stage.clientOf("administrator");
    const count = async () => {
      const sent = await watchStatements(stage.service);
      const statements = await sent(async () => expect((await client.get("/admin/jobs")).status).toBe(200));
      vi.restoreAllMocks();
      return statements.length;
    };
    await count();
    const few = await count();
    for (const chore of chores(stage.service.container)) await runs(chore);
    expect(await count()).toBe(few);
  });
});

describe("the runs of a frequent job", () => {
  it("are written once a minute, and at once after a failure and after its end", async () => {
    stage.service.clock.advance({ hours: 1 });
    expect(await writes(() => runs(FREQUENT))).toBe(1);
    stage.service.clock.advance({ seconds: 5 });
    expect(await writes(() => runs(FREQUENT))).toBe(0);
    expect(await writes(() => runs(FREQUENT, { failed: true }))).toBe(1);
    expect(await rowOf(FREQUENT)).toContain("failed");
    expect(await writes(() => runs(FREQUENT, { failed: true }))).toBe(0);
    expect(await writes(() => runs(FREQUENT))).toBe(1);
    stage.service.clock.advance({ seconds: 60 });
    expect(await writes(() => runs(FREQUENT))).toBe(1);
  });
});

describe("runs that cannot be written", () => {
  it("are kept, and written a minute later", async () => {
    const { clock, container } = stage.service;
    clock.advance({ hours: 1 });
    const mend = await failOn(stage.service, "update", "job_runs");
    await expect(runs(HOURLY, { failed: true })).rejects.toThrow("injected");
    await mend();
    await container.jobRuns.flush();
    expect(await rowOf(HOURLY)).not.toContain("failed");
    clock.advance({ minutes: 1 });
    await container.jobRuns.flush();
    expect(await rowOf(HOURLY)).toMatch(/1 min\. ago .*failed/);
    await runs(HOURLY);
  });

  it("do not take the place of another replica's later run", async () => {
    const { clock, container } = stage.service;
    const [early, late] = [clock.now(), new Date(clock.now().getTime() + 60_000)];
    container.jobRuns.note(HOURLY, { endedAt: late, ms: 7, failed: false });
    await container.jobRuns.flush();
    container.jobRuns.note(HOURLY, { endedAt: early, ms: 8, failed: true });
    await container.jobRuns.flush();
    expect(await rowOf(HOURLY)).toMatch(/ 7 ms done/);
  });
});
