/** What the client's process is told, and what it answers. */

/** Requests to send, and for how long. */
export interface Order {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Which of this machine's addresses they come from; 127.0.0.1 unless told. */
  readonly localAddress?: string;
  /** Whole HTTP requests, sent in turn. `{n}` becomes a number that no other request of this run has. */
  readonly requests: readonly string[];
  /** The statuses that may come back; any other ends the run. */
  readonly statuses: readonly number[];
  readonly connections: number;
  readonly durationMs: number;
  /** Requests begin so often, whatever is answered; unless given, as soon as a connection is free. */
  readonly perSecond?: number;
  /** Each request is sent once: the order may end before its time. */
  readonly once?: boolean;
}

/** What came of an order; times in milliseconds. */
export interface Outcome {
  readonly answers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
