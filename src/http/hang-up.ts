/** Tells when a client no longer waits for its answer, so that costly work for it need not begin. */
import type { ServerResponse } from "node:http";
import { ClientGoneError } from "../errors.ts";

/** A signal that aborts with a {@link ClientGoneError} when the connection closes before the answer was sent. */
export function hangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const closed = () => {
    if (!response.writableFinished) controller.abort(new ClientGoneError());
  };
  if (response.closed) closed();
  else response.once("close", closed);
  return controller.signal;
}
