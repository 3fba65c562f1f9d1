/**
 * Where the request came from that the present work is for. It goes along by itself, so that a change of rights can be told
 * with the address that it came from, though no use case knows of addresses.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Where a request came from. */
export interface RequestOrigin {
  /** The client's address. */
  readonly address: string | undefined;
  /** What the client calls itself in the header User-Agent, as it was sent. */
  readonly client: string | undefined;
  /** The id under which the service's log has the request; undefined for what a registry reported. */
  readonly requestId: string | undefined;
}

const origins = new AsyncLocalStorage<RequestOrigin>();

/** Does the work for a request. */
export function withOrigin<Result>(origin: RequestOrigin, work: () => Result): Result {
  return origins.run(origin, work);
}

/** Where the request came from; undefined for what Keyside does by itself. */
export function currentOrigin(): RequestOrigin | undefined {
  return origins.getStore();
}
