/** What the process that watches over the workers and a worker say to each other, as JSON. */
import type { AddressInfo } from "node:net";
import type { Config } from "../config.ts";
import type { MetricsSnapshot } from "../metrics.ts";

/** From the primary to a worker. */
export type ToWorker =
  /** `prepares`: bring the database up to date before listening, as one worker does for all. */
  | {
      readonly kind: "start";
      readonly config: Config;
      readonly logFile: string | undefined;
      readonly prepares: boolean;
    }
  /** Do what one process does for all, from now on. */
  | { readonly kind: "lead" }
  /** Answer with `metrics`. */
  | { readonly kind: "tellMetrics"; readonly round: number }
  /** The answer to `gatherMetrics`. */
  | { readonly kind: "gathered"; readonly request: number; readonly others: readonly MetricsSnapshot[] }
  /** The lines of a batch are written; or why they are not. */
  | { readonly kind: "audited"; readonly batch: number; readonly failure: string | undefined }
  /** Finish the requests under way, and end. */
  | { readonly kind: "stop" };

/** From a worker to the primary. */
export type FromWorker =
  /** It can be told to start. */
  | { readonly kind: "loaded" }
  | { readonly kind: "prepared" }
  | { readonly kind: "listening"; readonly address: AddressInfo }
  /** It cannot start, and ends; `message` is for the person who starts the service. */
  | { readonly kind: "failed"; readonly message: string }
  /** Its page of metrics is asked for; `own` are its numbers. */
  | { readonly kind: "gatherMetrics"; readonly request: number; readonly own: MetricsSnapshot }
  /** Lines for the audit log; to be answered with `audited`. */
  | { readonly kind: "audit"; readonly batch: number; readonly bodies: readonly string[] }
  | { readonly kind: "metrics"; readonly round: number; readonly own: MetricsSnapshot };
