/**
 * The numbers of all workers, for the page of whichever is asked. What was counted never becomes less, since a monitor would
 * take that for a restart: of a worker that does not answer in time, or has ended, the last that was heard still counts.
 */
import type { MetricsSnapshot } from "../metrics.ts";

/** How long workers may take to tell their numbers. */
const ANSWER_MS = 1_000;

interface Round {
  readonly awaited: Set<number>;
  readonly answers: Map<number, MetricsSnapshot>;
  readonly end: () => void;
}

/** Gathers the numbers of workers, which are known by an id. */
export class WorkerMetrics {
  readonly #ask: (worker: number, round: number) => void;
  readonly #answerMs: number;
  readonly #rounds = new Map<number, Round>();
  /** The last that each worker told. */
  readonly #told = new Map<number, MetricsSnapshot>();
  /** What those that have ended counted. */
  #ended: Promise<MetricsSnapshot> = Promise.resolve([]);
  #lastRound = 0;

  /** @param ask asks a worker to call {@link tell} with its numbers and the round's number */
  constructor(ask: (worker: number, round: number) => void, { answerMs = ANSWER_MS }: { answerMs?: number } = {}) {
    this.#ask = ask;
    this.#answerMs = answerMs;
  }

  /** The numbers of these workers, and of those that have ended; waits a second at most. */
  async gather(workers: readonly number[]): Promise<readonly MetricsSnapshot[]> {
    this.#lastRound += 1;
    const number = this.#lastRound;
    const { promise, resolve: end } = Promise.withResolvers<void>();
    const round: Round = { awaited: new Set(workers), answers: new Map(), end };
    this.#rounds.set(number, round);
    const limit = setTimeout(end, this.#answerMs);
    for (const worker of workers) this.#ask(worker, number);
    endIfComplete(round);
    await promise;
    clearTimeout(limit);
    this.#rounds.delete(number);
    const silent = [...round.awaited].map((worker) => counts(this.#told.get(worker) ?? []));
    return [...round.answers.values(), ...silent, await this.#ended].filter((snapshot) => snapshot.length > 0);
  }

  /** Takes a worker's numbers, for a round if they were asked for in one. */
  tell(worker: number, own: MetricsSnapshot, number?: number): void {
    this.#told.set(worker, own);
    const round = number === undefined ? undefined : this.#rounds.get(number);
    if (round?.awaited.delete(worker) !== true) return;
    round.answers.set(worker, own);
    endIfComplete(round);
  }

  /** Keeps what a worker that has ended counted. */
  left(worker: number): void {
    const told = this.#told.get(worker);
    this.#told.delete(worker);
    if (told !== undefined) this.#ended = addUp(this.#ended, counts(told));
    for (const round of this.#rounds.values()) {
      round.awaited.delete(worker);
      round.answers.delete(worker);
      endIfComplete(round);
    }
  }
}

function endIfComplete({ awaited, end }: Round): void {
  if (awaited.size === 0) end();
}

/** What adds up in the course of time: a gauge says nothing once its process does not. */
function counts(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => ["counter", "histogram"].includes(String(type)));
}

async function addUp(before: Promise<MetricsSnapshot>, more: MetricsSnapshot): Promise<MetricsSnapshot> {
  // Loaded here alone: most services never lose a worker.
  const { AggregatorRegistry } = await import("prom-client");
  return await AggregatorRegistry.aggregate([await before, more]).getMetricsAsJSON();
}
