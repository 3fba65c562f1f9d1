/** Counts and times the requests to the token endpoint. */
import { CLIENT_GONE_STATUS } from "../http/error-handler.ts";
import type { Metrics } from "../metrics.ts";

/** Measures a request that was answered: how the client identified itself, the answer's status, and how long it took. */
export function measureTokenRequest(
  { tokenRequests, tokenDuration }: Pick<Metrics, "tokenRequests" | "tokenDuration">,
  { grant, status, ms }: { readonly grant: string; readonly status: number; readonly ms: number },
): void {
  tokenRequests.inc({ grant, outcome: outcomeOf(status) });
  tokenDuration.observe({ grant }, ms / 1000);
}

function outcomeOf(status: number): string {
  switch (status) {
    case 200:
      return "issued";
    case 401:
      return "unauthorized";
    case 429:
      return "throttled";
    case CLIENT_GONE_STATUS:
      return "abandoned";
    case 503:
      return "unavailable";
    default:
      return status < 500 ? "invalid" : "failed";
  }
}
