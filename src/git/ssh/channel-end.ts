/** The client's end of one command: a channel of SSH, with the backpressure that ssh2 leaves to its users. */
import type { Socket } from "node:net";
import type { ServerChannel } from "ssh2";
import { roomIn } from "../../http/room-in.ts";
import type { ClientEnd } from "../exchange.ts";

/** What a channel is part of. */
export interface ChannelSurroundings {
  readonly socket: Socket;
  /** Aborts when the client has closed the channel, or the connection is over. */
  readonly gone: AbortSignal;
  /** Resolves when the exchange of keys that is under way is done, or the signal aborts. */
  readonly keysExchanged: (signal: AbortSignal) => Promise<void>;
}

/** One channel, from the acceptance of its command to its end. */
export class ChannelEnd implements ClientEnd {
  readonly hearsMeanwhile = true;
  readonly input: AsyncIterable<Uint8Array>;
  readonly gone: AbortSignal;
  readonly #channel: ServerChannel;
  readonly #surroundings: ChannelSurroundings;
  readonly #heardOut: Promise<void>;

  constructor(channel: ServerChannel, surroundings: ChannelSurroundings) {
    this.#channel = channel;
    this.#surroundings = surroundings;
    this.gone = surroundings.gone;
    // Whoever writes to it finds out that the client is gone by the signal.
    channel.on("error", () => {});
    channel.stderr.on("error", () => {});
    this.input = channel.iterator({ destroyOnReturn: false });
    this.#heardOut = new Promise((resolve) => channel.once("end", resolve));
  }

  /** How much the client has sent that nobody has read yet, in bytes. */
  get unread(): number {
    return this.#channel.readableLength;
  }

  /** @see ClientEnd */
  readonly send = async (piece: Uint8Array, signal: AbortSignal): Promise<void> => {
    const { socket, keysExchanged } = this.#surroundings;
    const before = socket.bytesWritten;
    // 1. The window that the client grants.
    await this.#write(piece, signal);
    // 2. While keys are exchanged ssh2 keeps everything in memory. A client that never ends the exchange gets no more.
    if (!signal.aborted && socket.bytesWritten - before < piece.byteLength) await keysExchanged(signal);
    // 3. The connection itself: a window may be larger than what the client takes.
    await roomIn(socket, signal);
  };

  /** Says how it went, and that nothing more comes; then hears the client out for a while, though nobody needs what it says. */
  async finish(code: number, limitMs: number): Promise<void> {
    attempt(() => {
      this.#channel.exit(code);
      this.#channel.eof();
    });
    const over = AbortSignal.any([this.gone, AbortSignal.timeout(limitMs)]);
    await Promise.race([this.#heardOut, aborted(over)]);
    this.#close();
  }

  /** Says one sentence to the person at the other end, and ends. */
  refuse(sentence: string): void {
    attempt(() => {
      this.#channel.stderr.write(`Keyside: ${sentence}\n`);
      this.#channel.exit(1);
    });
    this.#close();
  }

  #close(): void {
    attempt(() => this.#channel.close());
  }

  #write(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    if (signal.aborted || attempt(() => this.#channel.write(piece, done)) === undefined) return Promise.resolve();
    signal.addEventListener("abort", done, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", done));
  }
}

/** Says something to a client; ssh2 throws where the connection is over, of which an event tells too. */
export function attempt<Result>(say: () => Result): Result | undefined {
  try {
    return say();
  } catch {
    return undefined;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
