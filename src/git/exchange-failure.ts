/** What a client is told of an exchange that was cut off before git had said anything. */
import {
  ClientGoneError,
  type KeysideError,
  MalformedBodyError,
  PayloadTooLargeError,
  UnavailableError,
} from "../errors.ts";
import type { GitService } from "../git-repositories/git-process.ts";
import type { ExchangeOutcome } from "./exchange.ts";

const TOO_LARGE = {
  "upload-pack": "The request is too large: a fetch may ask for 10 MiB of commits at most.",
  "receive-pack": "The push is too large: see KEYSIDE_GIT_MAX_PUSH_MIB.",
} as const satisfies Record<GitService, string>;

/** The error of an outcome. */
export function exchangeFailure(outcome: Exclude<ExchangeOutcome, "done">, service: GitService): KeysideError {
  switch (outcome) {
    case "gone":
      return new ClientGoneError();
    case "malformed":
      return new MalformedBodyError(
        "The body cannot be unpacked: it is not gzip, as Content-Encoding says, or not all of it",
      );
    case "too_large":
      return new PayloadTooLargeError(TOO_LARGE[service]);
    case "timed_out":
      return new UnavailableError("The client took too long");
    case "failed":
      return new UnavailableError("Git failed where Keyside runs; try again shortly");
  }
}
