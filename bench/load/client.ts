/** The client as the run sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Order, Outcome } from "./order.ts";

/** The client's process: one order at a time. */
export class Client {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(join(import.meta.dirname, "process.ts"));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** @throws Error when an answer has another status than the order names, or the connection ends */
  async carryOut(order: Order): Promise<Outcome> {
    if (!this.#process.connected) throw new Error("the client has ended");
    const ended = new AbortController();
    const onExit = () => ended.abort(new Error("the client has ended"));
    this.#process.once("exit", onExit);
    try {
      const answer = once(this.#process, "message", { signal: ended.signal });
      this.#process.send(order);
      const [{ outcome, error }] = (await answer) as [{ outcome?: Outcome; error?: string }];
      if (outcome === undefined) throw new Error(error);
      return outcome;
    } finally {
      this.#process.off("exit", onExit);
    }
  }

  async stop(): Promise<void> {
    if (!this.#process.connected) return;
    const exit = once(this.#process, "exit");
    this.#process.disconnect();
    await exit;
  }
}
