import type { Socket } from "node:net";
import { Duplex, Writable } from "node:stream";
import type { ServerChannel } from "ssh2";
import { describe, expect, it } from "vitest";
import { ChannelEnd } from "../../../../src/git/ssh/channel-end.ts";

/** A connection that a test plays, and the channel on it: what is written waits for a window, then goes to the socket. */
class Stage {
  readonly said: string[] = [];
  readonly socket = new Writable({ highWaterMark: 10, write: (_piece, _encoding, done) => this.#taken.push(done) });
  readonly gone = new AbortController();
  readonly keys = Promise.withResolvers<void>();
  asksForKeys = false;
  /** While keys are exchanged ssh2 keeps what is written. */
  isExchanging = false;
  window = true;
  readonly #taken: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly channel: Duplex;
  readonly end: ChannelEnd;

  constructor() {
    const written = { value: 0 };
    Object.defineProperty(this.socket, "bytesWritten", { get: () => written.value });
    this.channel = new Duplex({
      read: () => undefined,
      write: (piece: Buffer, _encoding, done) => {
        const go = () => {
          if (!this.isExchanging) {
            written.value += piece.byteLength;
            this.socket.write(piece);
          }
          done();
        };
        if (this.window) go();
        else this.#waiting.push(go);
      },
    });
    const stderr = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        this.said.push(piece.toString());
        done();
      },
    });
    const tell = (what: string) => (code?: number) =>
      void this.said.push(code === undefined ? what : `${what} ${code}`);
    Object.assign(this.channel, { stderr, exit: tell("exit"), eof: tell("eof"), close: tell("close") });
    this.end = new ChannelEnd(this.channel as unknown as ServerChannel, {
      socket: this.socket as unknown as Socket,
      gone: this.gone.signal,
      keysExchanged: (signal) => {
        this.asksForKeys = true;
        return Promise.race([
          this.keys.promise,
          new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
        ]);
      },
    });
  }

  /** Opens the window. */
  adjust(): void {
    this.window = true;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Takes what lies in the socket. */
  take(): void {
    for (let done = this.#taken.shift(); done !== undefined; done = this.#taken.shift()) done();
  }

  /** Whether a piece has been sent, as far as can be told after all that needs no further event. */
  async isSent(sending: Promise<void>): Promise<boolean> {
    const soon = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
    return await Promise.race([sending.then(() => true), soon]);
  }
}

const never = new AbortController().signal;
const piece = (length: number) => Buffer.alloc(length, "x");

describe("ChannelEnd.send", () => {
  it("waits for the window that the client grants", async () => {
    const stage = new Stage();
    stage.window = false;
    const sending = stage.end.send(piece(5), never);
    expect(await stage.isSent(sending)).toBe(false);
    stage.adjust();
    expect(await stage.isSent(sending)).toBe(true);
    expect(stage.asksForKeys).toBe(false);
  });

  it("waits for the connection, whatever window the client grants", async () => {
    const stage = new Stage();
    const sending = stage.end.send(piece(50), never);
    expect(await stage.isSent(sending)).toBe(false);
    stage.take();
    expect(await stage.isSent(sending)).toBe(true);
  });

  it("waits while keys are exchanged: ssh2 keeps in memory what is written then", async () => {
    const stage = new Stage();
    stage.isExchanging = true;
    const sending = stage.end.send(piece(5), never);
    expect(await stage.isSent(sending)).toBe(false);
    expect(stage.asksForKeys).toBe(true);
    stage.keys.resolve();
    expect(await stage.isSent(sending)).toBe(true);
  });

  it.each(["window", "keys", "connection"] as const)("does not wait for the %s once it is cut off", async (what) => {
    const stage = new Stage();
    stage.window = what !== "window";
    stage.isExchanging = what === "keys";
    const cut = new AbortController();
    const sending = stage.end.send(piece(50), cut.signal);
    expect(await stage.isSent(sending)).toBe(false);
    cut.abort();
    expect(await stage.isSent(sending)).toBe(true);
    expect(await stage.isSent(stage.end.send(piece(50), cut.signal))).toBe(true);
  });

  it("takes what ssh2 throws for the end of the connection, of which the signal tells", async () => {
    const stage = new Stage();
    Object.assign(stage.channel, {
      write: () => {
        throw new Error("Instance unusable after fatal error");
      },
    });
    expect(await stage.isSent(stage.end.send(piece(0), never))).toBe(true);
  });
});

describe("ChannelEnd.finish", () => {
  it("says how it went before it says that nothing more comes, and hears the client out before it closes", async () => {
    const stage = new Stage();
    const finished = stage.end.finish(0, 60_000);
    await new Promise(setImmediate);
    expect(stage.said).toEqual(["exit 0", "eof"]);
    stage.channel.push(null);
    stage.channel.resume();
    await finished;
    expect(stage.said).toEqual(["exit 0", "eof", "close"]);
  });

  it("closes when the client is gone, or goes on for too long", async () => {
    const stage = new Stage();
    const finished = stage.end.finish(3, 60_000);
    stage.gone.abort();
    await finished;
    expect(stage.said).toEqual(["exit 3", "eof", "close"]);
    const other = new Stage();
    await other.end.finish(0, 1);
    expect(other.said).toEqual(["exit 0", "eof", "close"]);
  });
});

describe("ChannelEnd.refuse", () => {
  it("says one sentence where nothing else is read, and fails", () => {
    const stage = new Stage();
    stage.end.refuse("the service is stopping");
    expect(stage.said).toEqual(["Keyside: the service is stopping\n", "exit 1", "close"]);
  });
});
