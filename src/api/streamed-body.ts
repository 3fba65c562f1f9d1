/** A repository's output as the body of an answer. */
import type { GitStream } from "../git-repositories/reading/read-repository.ts";
import type { ApiServices } from "./api-services.ts";
import type { StreamedBody } from "./protocol/operation.ts";

/** What git writes, as a body that is sent as it comes. */
export function streamedBody(
  { config }: Pick<ApiServices, "config">,
  stream: GitStream<unknown>,
  file: Pick<StreamedBody, "type" | "filename" | "size">,
): StreamedBody {
  const idleMs = config.git.idleTimeoutSeconds * 1000;
  return { ...file, pieces: stream.pieces, idleMs, close: () => stream.close() };
}
