/** What the doctor examines, and how it reaches that from where it stands. */
import type { AskOptions, Reply } from "../http/ask.ts";
import type { KnownRegistry } from "./known-registry.ts";
import type { MakeThrowAwayProject } from "./throw-away-project.ts";

/** A server of the pair. */
export interface Reached {
  /** As clients reach it. */
  readonly url: string;
  /** As the doctor does. */
  readonly reachedAt: string;
}

/** The service and the registry that are examined. */
export interface ExaminedPair {
  readonly service: Reached;
  readonly registry: Reached;
  /**
   * Where the doctor stands: among the clients, or within the service, which reaches both servers in another way, and asks
   * no address that a registry names.
   */
  readonly place: "among clients" | "in the service";
  readonly makeProject: MakeThrowAwayProject;
  /** The registry's configuration, where it can be read. */
  readonly known: KnownRegistry | undefined;
  /** `REGISTRY_NOTIFICATION_SECRET`, where it is known. */
  readonly notificationSecret: string | undefined;
  /** Sends a request within the limits of this examination. */
  readonly ask: Ask;
  /** Ends the examination; its reason says why, to people. */
  readonly signal?: AbortSignal;
}

/** Sends one request. */
export type Ask = (url: string, options?: AskOptions) => Promise<Reply>;
