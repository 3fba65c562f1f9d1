import { describe, expect, it } from "vitest";
import type { AuditSink } from "../../../src/audit/audit-log.ts";
import { AuditLog } from "../../../src/audit/audit-log.ts";
import { UnavailableError } from "../../../src/errors.ts";
import { FakeClock } from "../../support/clock.ts";

const told = (id: string) => ({
  event: "sign_in.failed" as const,
  origin: { address: undefined, client: undefined, requestId: id },
});

/** A sink whose writes end when and as the test says. */
class HeldSink implements AuditSink {
  readonly batches: string[][] = [];
  readonly #held: PromiseWithResolvers<void>[] = [];
  #begun = Promise.withResolvers<void>();
  closed = false;

  append(bodies: readonly string[]): Promise<void> {
    this.batches.push(bodies.map((text) => idOf(text)));
    const held = Promise.withResolvers<void>();
    this.#held.push(held);
    this.#begun.resolve();
    return held.promise;
  }

  /** Waits for the next write to be under way. */
  begins(): Promise<void> {
    return this.#begun.promise;
  }

  /** Waits for the next write, and ends it. */
  async end(error?: Error): Promise<void> {
    await this.begins();
    this.#begun = Promise.withResolvers();
    const held = this.#held.shift();
    if (error === undefined) held?.resolve();
    else held?.reject(error);
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function idOf(text: string): string {
  const { request_id: id, event, lines } = JSON.parse(text);
  return event === "audit.lost" ? `lost ${lines}` : id;
}

function openLog(required = false) {
  const sink = new HeldSink();
  const lost: number[] = [];
  const onLost = (lines: number) => void lost.push(lines);
  return { sink, lost, log: new AuditLog({ sink, clock: new FakeClock(), required, onLost }) };
}

const FULL = new Error("ENOSPC: no space left on device, write");

describe("lines that come while others are written", () => {
  it("are written together after them, in their order", async () => {
    const { sink, log } = openLog();
    log.tell(told("a"));
    log.tell(told("b"));
    const first = log.flush();
    await sink.begins();
    for (const id of ["c", "d", "e"]) log.tell(told(id));
    await sink.end();
    await sink.end();
    await first;
    expect(sink.batches).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("are one write for many that somebody waits for", async () => {
    const { sink, log } = openLog(true);
    const waiting = Array.from({ length: 200 }, (_, n) => log.tellBefore(told(String(n))));
    await sink.end();
    await Promise.all(waiting);
    expect(sink.batches).toHaveLength(1);
  });
});

describe("a line that something depends on", () => {
  it("is waited for until it is written", async () => {
    const { sink, log } = openLog(true);
    let isWritten = false;
    const waiting = log.tellBefore(told("a"))?.then(() => {
      isWritten = true;
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([isWritten, sink.batches]).toEqual([false, [["a"]]]);
    await sink.end();
    await waiting;
    expect(isWritten).toBe(true);
  });

  it("is nothing to wait for where the log is not required", () => {
    expect(openLog().log.tellBefore(told("a"))).toBeUndefined();
  });

  it("is not written later where it could not be at once: what it tells of did not happen; all else is", async () => {
    const { sink, log } = openLog(true);
    log.tell(told("a"));
    const refused = log.tellBefore(told("b"));
    const refusal = expect(refused).rejects.toThrow(UnavailableError);
    await sink.end(FULL);
    await refusal;
    expect(log.stopsIssuing).toBe(true);
    log.tell(told("c"));
    const written = log.flush();
    await sink.end();
    await written;
    expect(sink.batches).toEqual([
      ["a", "b"],
      ["a", "c"],
    ]);
    expect(log.stopsIssuing).toBe(false);
  });
});

describe("a log that cannot be written", () => {
  it("does not stop issuing unless it is required", async () => {
    const { sink, log } = openLog();
    log.tell(told("a"));
    const failed = log.flush();
    await sink.end(FULL);
    await failed;
    expect(log.stopsIssuing).toBe(false);
  });

  it("is tried again by itself, with all that waits", async () => {
    const { sink, log } = openLog();
    log.tell(told("a"));
    const failed = log.flush();
    await sink.end(FULL);
    await failed;
    await sink.end();
    expect(sink.batches).toEqual([["a"], ["a"]]);
  });

  it("keeps no more than 16 MiB, counts what it loses, and says so in the log once it can", async () => {
    const { sink, lost, log } = openLog();
    log.tell(told("first"));
    const failed = log.flush();
    await sink.end(FULL);
    await failed;
    const long = "x".repeat(300);
    const requested = Array.from({ length: 100 }, () => long);
    const COUNT = 1_000;
    for (let n = 0; n < COUNT; n += 1) log.tell({ ...told(String(n)), requested });
    const number = lost.reduce((sum, lines) => sum + lines, 0);
    expect(number).toBeGreaterThan(300);
    const written = log.flush();
    while (sink.batches.flat().length < COUNT - number + 3) await sink.end();
    await sink.end();
    await written;
    expect(sink.batches.flat()).toContain(`lost ${number}`);
    expect(new Set(sink.batches.flat()).size).toBe(COUNT - number + 2);
  });

  it("gives up at the end what waits, and counts it", async () => {
    const { sink, lost, log } = openLog();
    log.tell(told("a"));
    log.tell(told("b"));
    const closed = log.close();
    await sink.end(FULL);
    await closed;
    expect([lost, sink.closed]).toEqual([[2], true]);
  });
});
