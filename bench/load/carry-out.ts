/** Carries an order out: as fast as the server answers, or at a rate of its own. */
import { percentile } from "../statistics.ts";
import { Connection } from "./connection.ts";
import type { Order, Outcome } from "./order.ts";

/** A timer wakes up to a millisecond late, or two when the other core is busy: that is not the server's doing. */
const TIMER_LATENESS_MS = 2;

const NUMBER = "{n}";

/** Counts the requests of the whole process, so that no two have the same number. */
let number = 0;

/**
 * Sends an order's requests until its time is over, and waits for the answers to all of them.
 *
 * @throws Error when another status came back than the order names, or a connection ended
 */
export async function carryOut(order: Order): Promise<Outcome> {
  const { durationMs, perSecond } = order;
  const run = new Run(order);
  await run.open();
  const start = performance.now();
  if (perSecond === undefined) await run.saturate(start + durationMs);
  else await run.keepRate(start, perSecond, (durationMs / 1000) * perSecond);
  const seconds = (performance.now() - start) / 1000;
  run.close();
  const { latencies } = run;
  return {
    answers: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

class Run {
  readonly #order: Order;
  readonly #end = Promise.withResolvers<void>();
  #connections: Connection[] = [];
  #sent = 0;
  /** What an answer lets a free connection do. */
  #next: (connection: Connection) => void = () => undefined;
  #isOver: () => boolean = () => false;
  readonly latencies: number[] = [];

  constructor(order: Order) {
    this.#order = order;
  }

  async open(): Promise<void> {
    const { port, localAddress, connections } = this.#order;
    const opening = Array.from({ length: connections }, () => Connection.open(port, localAddress, this));
    this.#connections = await Promise.race([Promise.all(opening), this.#end.promise.then(() => [])]);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Every connection sends its next request as soon as it has an answer. */
  saturate(until: number): Promise<void> {
    const { once = false, requests } = this.#order;
    const isOver = () => performance.now() >= until || (once && this.#sent >= requests.length);
    this.#isOver = isOver;
    this.#next = (connection) => {
      if (!isOver()) this.#send(connection, performance.now());
    };
    for (const connection of this.#connections) this.#next(connection);
    return this.#end.promise;
  }

  /** Requests begin at fixed times; what finds no connection free waits for one, and its time counts from the beginning. */
  keepRate(start: number, perSecond: number, count: number): Promise<void> {
    const free = [...this.#connections];
    const waiting: number[] = [];
    let due = 0;
    this.#isOver = () => due >= count && waiting.length === 0;
    this.#next = (connection) => {
      const since = waiting.shift();
      if (since === undefined) free.push(connection);
      else this.#send(connection, since);
    };
    const timer = setInterval(() => {
      const now = performance.now();
      for (; due < count; due += 1) {
        const intended = start + (due * 1000) / perSecond;
        if (intended > now) return;
        const since = now - intended <= TIMER_LATENESS_MS ? now : intended;
        const connection = free.pop();
        if (connection === undefined) waiting.push(since);
        else this.#send(connection, since);
      }
      clearInterval(timer);
    }, 1);
    return this.#end.promise.finally(() => clearInterval(timer));
  }

  answered(connection: Connection, status: number): void {
    this.latencies.push(performance.now() - connection.since);
    const { statuses } = this.#order;
    if (!statuses.includes(status)) {
      this.failed(new Error(`${status} in the place of ${statuses.join(" or ")}`));
      return;
    }
    this.#next(connection);
    if (this.latencies.length === this.#sent && this.#isOver()) this.#end.resolve();
  }

  failed({ message }: Error): void {
    this.#end.reject(new Error(`${this.#order.requests[0]?.split("\r\n", 1)}: ${message}`));
  }

  #send(connection: Connection, since: number): void {
    const { requests } = this.#order;
    const request = requests[this.#sent % requests.length] ?? "";
    this.#sent += 1;
    number += 1;
    connection.send(request.includes(NUMBER) ? request.replaceAll(NUMBER, String(number)) : request, since);
  }
}
