import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { MalformedBodyError } from "../../../src/errors.ts";
import { type ClientEnd, type ExchangeLimits, exchange } from "../../../src/git/exchange.ts";

/** A process that a test plays: it takes what it is given, and says and ends as the test has it. */
class StandIn {
  readonly output = new PassThrough();
  readonly taken: Buffer[] = [];
  readonly stopped = Promise.withResolvers<void>();
  readonly ended: Promise<number | null>;
  readonly inputEnded: Promise<void>;
  readonly input: Writable;
  readonly #end = Promise.withResolvers<number | null>();

  /** @param take called for each piece; one that is not answered holds the client back */
  constructor(take: (piece: Buffer) => Promise<void> = () => Promise.resolve()) {
    this.ended = this.#end.promise;
    const over = Promise.withResolvers<void>();
    this.inputEnded = over.promise;
    this.input = new Writable({
      highWaterMark: 1,
      write: (piece: Buffer, _encoding, done) => {
        this.taken.push(piece);
        void take(piece).then(() => done());
      },
      final: (done) => {
        over.resolve();
        done();
      },
    });
    this.input.on("error", () => undefined);
  }

  say(text: string): void {
    this.output.write(text);
  }

  end(code: number | null): void {
    this.output.end();
    this.#end.resolve(code);
  }

  async stop(): Promise<void> {
    this.input.end();
    this.stopped.resolve();
    await this.ended;
  }
}

/** A client that a test plays. */
function client(input: AsyncIterable<Uint8Array>, more: Partial<ClientEnd> = {}) {
  const sent: string[] = [];
  const send = async (piece: Uint8Array) => {
    sent.push(Buffer.from(piece).toString());
  };
  return { sent, end: { input, send, gone: new AbortController().signal, ...more } satisfies ClientEnd };
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** A body of which nothing more comes. */
async function* silent(...first: string[]): AsyncGenerator<Uint8Array> {
  yield* pieces(...first);
  await new Promise(() => undefined);
}

/** Longer than any test lasts. */
const LONG_MS = 600_000;
const LIMITS: ExchangeLimits = { idleMs: LONG_MS, totalMs: LONG_MS, inputBytes: 1000, receivedBytes: 100_000_000 };

describe("exchange", () => {
  it("brings git all that the client sends, and the client all that git says, and counts both", async () => {
    const git = new StandIn();
    const { sent, end } = client(pieces("want", " and have"));
    const result = exchange(git, end, LIMITS);
    await git.inputEnded;
    expect(Buffer.concat(git.taken).toString()).toBe("want and have");
    git.say("pack");
    git.end(0);
    expect(await result).toEqual({ outcome: "done", received: 13, sent: 4 });
    expect(sent.join("")).toBe("pack");
  });

  it.each([
    ["says nothing and succeeds", 0, "", "done"],
    ["says why and fails", 128, "ERR not our ref", "done"],
    ["fails without a word", 128, "", "failed"],
    ["is killed before it says anything", null, "", "failed"],
    ["is killed in the middle", null, "half a pack", "failed"],
  ] as const)("tells how it ended when git %s", async (_how, code, said, outcome) => {
    const git = new StandIn();
    const result = exchange(git, client(pieces()).end, LIMITS);
    if (said !== "") git.say(said);
    git.end(code);
    expect((await result).outcome).toBe(outcome);
  });

  it("stops git when the client hangs up, and waits until it has ended", async () => {
    const git = new StandIn();
    const gone = new AbortController();
    let isOver = false;
    const result = exchange(git, client(silent("want"), { gone: gone.signal }).end, LIMITS).finally(() => {
      isOver = true;
    });
    gone.abort();
    await git.stopped.promise;
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    // What git still says is read, since it could not end otherwise.
    git.say("x".repeat(1_000_000));
    git.end(null);
    expect(await result).toMatchObject({ outcome: "gone", sent: 0 });
  });

  it("stops git at once for a client that was gone before", async () => {
    const git = new StandIn();
    const result = exchange(git, client(silent(), { gone: AbortSignal.abort() }).end, LIMITS);
    await git.stopped.promise;
    git.end(null);
    expect((await result).outcome).toBe("gone");
  });

  it("takes a body that breaks off for a client that is gone", async () => {
    const git = new StandIn();
    const broken = (async function* () {
      yield Buffer.from("want");
      throw new Error("aborted");
    })();
    const result = exchange(git, client(broken).end, LIMITS);
    await git.stopped.promise;
    git.end(128);
    expect((await result).outcome).toBe("gone");
  });

  it("gives git no more bytes than it may have", async () => {
    const git = new StandIn();
    const result = exchange(git, client(pieces("x".repeat(999), "yy", "zz")).end, LIMITS);
    await git.stopped.promise;
    git.end(0);
    expect((await result).outcome).toBe("too_large");
    expect(Buffer.concat(git.taken).toString()).not.toMatch(/[yz]/);
  });

  it("gives git exactly so many", async () => {
    const git = new StandIn();
    const result = exchange(git, client(pieces("x".repeat(1000))).end, LIMITS);
    await git.inputEnded;
    git.end(0);
    expect((await result).outcome).toBe("done");
    expect(Buffer.concat(git.taken)).toHaveLength(1000);
  });

  it("reads what git does not take any more to its end, so that the client hears why", async () => {
    const git = new StandIn();
    const held = Promise.withResolvers<void>();
    let isRead = false;
    const long = (async function* () {
      yield Buffer.from("a pack");
      await held.promise;
      for (let index = 0; index < 100; index += 1) yield Buffer.alloc(100_000);
      isRead = true;
    })();
    const { sent, end } = client(long);
    const result = exchange(git, end, LIMITS);
    git.input.destroy();
    git.say("the pack is too large");
    git.end(1);
    held.resolve();
    expect(await result).toMatchObject({ outcome: "done", received: 10_000_006 });
    expect(isRead).toBe(true);
    expect(sent.join("")).toBe("the pack is too large");
  });

  it("does not read from the client what git has no room for", async () => {
    const room = Promise.withResolvers<void>();
    const git = new StandIn(() => room.promise);
    let asked = 0;
    const body = (async function* () {
      for (; asked < 10; asked += 1) yield Buffer.from("x");
    })();
    const result = exchange(git, client(body).end, LIMITS);
    await new Promise(setImmediate);
    expect(asked).toBeLessThan(3);
    room.resolve();
    await git.inputEnded;
    expect(asked).toBe(10);
    git.end(0);
    await result;
  });

  it("does not read from git what the client has no room for", async () => {
    const git = new StandIn();
    const room = Promise.withResolvers<void>();
    let sent = 0;
    const send = async () => {
      sent += 1;
      await room.promise;
    };
    const result = exchange(git, client(pieces(), { send }).end, LIMITS);
    for (let index = 0; index < 10; index += 1) {
      git.say("x");
      await new Promise(setImmediate);
    }
    git.end(0);
    await new Promise(setImmediate);
    expect(sent).toBe(1);
    room.resolve();
    expect((await result).sent).toBe(10);
  });

  it("ends an exchange in which the client neither sends nor ends", async () => {
    const git = new StandIn();
    const result = exchange(git, client(silent("want")).end, { ...LIMITS, idleMs: 20 });
    await git.stopped.promise;
    git.end(null);
    expect((await result).outcome).toBe("timed_out");
  });

  it("ends an exchange in which the client does not take what git says", async () => {
    const git = new StandIn();
    const send = (_piece: Uint8Array, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    const result = exchange(git, client(pieces(), { send }).end, { ...LIMITS, idleMs: 20 });
    git.say("pack");
    await git.stopped.promise;
    git.end(null);
    expect((await result).outcome).toBe("timed_out");
  });

  it("waits for git as long as it works, and longer than for a client", async () => {
    const git = new StandIn();
    const result = exchange(git, client(pieces("want")).end, { ...LIMITS, idleMs: 5 });
    await git.inputEnded;
    // Many times as long as a client might be silent.
    await new Promise((resolve) => setTimeout(resolve, 100));
    git.say("pack");
    git.end(0);
    expect((await result).outcome).toBe("done");
  });

  it("ends what takes longer than an operation may, though bytes go to and fro", async () => {
    const git = new StandIn();
    let isStopped = false;
    const body = (async function* () {
      while (!isStopped) {
        yield Buffer.from("x");
        await new Promise(setImmediate);
      }
    })();
    const result = exchange(git, client(body).end, {
      idleMs: LONG_MS,
      totalMs: 50,
      inputBytes: 1e9,
      receivedBytes: 1e9,
    });
    await git.stopped.promise;
    isStopped = true;
    git.end(0);
    expect((await result).outcome).toBe("timed_out");
  });

  it("waits for no client for ever that goes on sending after git has ended", async () => {
    const git = new StandIn();
    const result = exchange(git, client(silent("a pack")).end, { ...LIMITS, idleMs: 20 });
    await new Promise(setImmediate);
    git.input.destroy();
    git.say("no");
    git.end(1);
    expect((await result).outcome).toBe("done");
  });

  it("drops no more than so much of what git does not take", async () => {
    const git = new StandIn();
    git.input.destroy();
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1000);
    })();
    const result = exchange(git, client(endless).end, { ...LIMITS, receivedBytes: 10_000 });
    await git.stopped.promise;
    git.end(0);
    expect(await result).toMatchObject({ outcome: "too_large", received: 11_000 });
  });

  it("tells a body that cannot be unpacked from a client that is gone", async () => {
    const git = new StandIn();
    const broken = (async function* () {
      yield Buffer.from("want");
      throw new MalformedBodyError("no gzip");
    })();
    const result = exchange(git, client(broken).end, LIMITS);
    await git.stopped.promise;
    git.end(128);
    expect((await result).outcome).toBe("malformed");
  });
});
