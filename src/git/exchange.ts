/**
 * Lets a client and a git process talk: bytes one way and bytes the other, with what holds either back holding back the other,
 * and an end to all of it whatever happens. It knows of no protocol but that git speaks when it is spoken to.
 */
import { MalformedBodyError } from "../errors.ts";
import type { GitProcess } from "../git-repositories/git-process.ts";
import { roomIn } from "../http/room-in.ts";

/** Git's side. */
export type GitEnd = Pick<GitProcess, "input" | "output" | "ended" | "stop">;

/** The client's side. */
export interface ClientEnd {
  /** What it sends, unpacked; fails when the client hangs up on the way, or with a MalformedBodyError. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Sends it a piece, and resolves when the next may come, or will never. */
  readonly send: (piece: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
  /** Whether it hears what it is sent before it has said all. Else it is heard out before the exchange is over. */
  readonly hearsMeanwhile?: boolean | undefined;
}

/** How much there may be of it. */
export interface ExchangeLimits {
  /** Without a byte either way, while it is the client's turn. */
  readonly idleMs: number;
  readonly totalMs: number;
  /** How many bytes git is given. */
  readonly inputBytes: number;
  /** How many bytes are read at all: what git does not take any more is dropped, so that the client hears why. */
  readonly receivedBytes: number;
  /** Is waited for after each piece that the client was sent. */
  readonly giveWay?: (() => Promise<void>) | undefined;
}

/**
 * How it ended. `done`: git did its work, or told the client why not. `failed`: git failed by itself. `gone`: the client hung up.
 * `timed_out`: one of the time limits. `too_large`: the client sent too much. `malformed`: what it sent
 * cannot be unpacked.
 */
export type ExchangeOutcome = "done" | "failed" | "gone" | "timed_out" | "too_large" | "malformed";

/** What became of it, and how many bytes went each way. */
export interface ExchangeResult {
  readonly outcome: ExchangeOutcome;
  readonly received: number;
  readonly sent: number;
}

/** Lets them talk until both are done, or one is gone. Resolves when the process has ended. */
export function exchange(git: GitEnd, client: ClientEnd, limits: ExchangeLimits): Promise<ExchangeResult> {
  return new Exchange(git, client, limits).run();
}

type Cut = Exclude<ExchangeOutcome, "done" | "failed">;

class Exchange {
  readonly #git: GitEnd;
  readonly #client: ClientEnd;
  readonly #limits: ExchangeLimits;
  readonly #idle: NodeJS.Timeout;
  /** Aborts when it is cut off; why is in `#outcome`. */
  readonly #cut = new AbortController();
  readonly #whenCut = new Promise<void>((resolve) => {
    this.#cut.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  #outcome: Cut | undefined;
  #received = 0;
  #sent = 0;
  /** It is the client's turn while it has not said all, and while it does not take what it is sent. */
  readonly #clientsTurn = { toSend: true, toTake: false };

  constructor(git: GitEnd, client: ClientEnd, limits: ExchangeLimits) {
    this.#git = git;
    this.#client = client;
    this.#limits = limits;
    this.#idle = setTimeout(() => this.#isIdle(), limits.idleMs);
  }

  async run(): Promise<ExchangeResult> {
    const total = setTimeout(() => this.#end("timed_out"), this.#limits.totalMs);
    const onGone = () => this.#end("gone");
    if (this.#client.gone.aborted) onGone();
    else this.#client.gone.addEventListener("abort", onGone, { once: true });
    try {
      const fed = this.#feed();
      await this.#relay();
      const code = await this.#git.ended;
      // Git says why it fails. Killed, it has said a part of something at most.
      const hasTold = code === 0 || (code !== null && this.#sent > 0);
      const outcome = this.#outcome ?? (hasTold ? "done" : "failed");
      // Git may have stopped reading before the end: whoever is cut off while sending does not read why.
      if (this.#client.hearsMeanwhile !== true) await Promise.race([fed, this.#whenCut]);
      return { outcome, received: this.#received, sent: this.#sent };
    } finally {
      clearTimeout(total);
      clearTimeout(this.#idle);
      this.#client.gone.removeEventListener("abort", onGone);
    }
  }

  /** Gives git what the client sends; what git does not take any more is read and dropped. */
  async #feed(): Promise<void> {
    const { input } = this.#git;
    let given = 0;
    try {
      for await (const piece of this.#client.input) {
        if (this.#outcome !== undefined) return;
        this.#idle.refresh();
        this.#received += piece.byteLength;
        if (this.#received > this.#limits.receivedBytes) return this.#end("too_large");
        if (!input.writable) continue;
        given += piece.byteLength;
        if (given > this.#limits.inputBytes) return this.#end("too_large");
        this.#clientsTurn.toSend = false;
        if (!input.write(piece)) await roomIn(input, this.#cut.signal);
        this.#clientsTurn.toSend = true;
        this.#idle.refresh();
      }
    } catch (error) {
      this.#end(error instanceof MalformedBodyError ? "malformed" : "gone");
    } finally {
      this.#clientsTurn.toSend = false;
      input.end();
    }
  }

  /** Gives the client what git says; once it is cut off, git is heard out all the same, so that it can end. */
  async #relay(): Promise<void> {
    for await (const piece of this.#git.output as AsyncIterable<Buffer>) {
      if (this.#outcome !== undefined) continue;
      this.#clientsTurn.toTake = true;
      this.#idle.refresh();
      await this.#client.send(piece, this.#cut.signal);
      await this.#limits.giveWay?.();
      this.#sent += piece.byteLength;
      this.#clientsTurn.toTake = false;
      this.#idle.refresh();
    }
  }

  #isIdle(): void {
    const { toSend, toTake } = this.#clientsTurn;
    if (toSend || toTake) this.#end("timed_out");
    else this.#idle.refresh();
  }

  #end(outcome: Cut): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#cut.abort();
    void this.#git.stop();
  }
}
