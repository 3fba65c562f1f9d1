/** The ways in which the command line's requests reach a service: over HTTP to a URL, or by the socket of this machine. */
import { lstat, stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { withShortPath } from "../unix-socket.ts";
import { RefusedError } from "./refused-error.ts";

/** A request; the path begins with `/api`. */
export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** The `Warning` header; empty when there is none. */
  readonly warning: string;
}

/** Where requests go: its name for people, and how one gets there. */
export interface Transport {
  readonly name: string;
  /** @throws RefusedError when nobody answers */
  send(request: ClientRequest): Promise<RawAnswer>;
}

/** Sends requests to a URL. */
export function overHttp(url: string): Transport {
  return {
    name: url,
    async send({ method, path, headers, body }) {
      try {
        const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
        const warning = response.headers.get("warning") ?? "";
        return { status: response.status, text: await response.text(), warning };
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw new RefusedError(`no Keyside answers at ${url}: ${cause || "connection refused"}`);
      }
    },
  };
}

/**
 * Sends requests by the socket in the data directory, and nowhere else.
 *
 * @param tokenFile the operator's token: whoever owns that must own the socket
 */
export function overSocket(socketFile: string, tokenFile: string): Transport {
  return {
    name: socketFile,
    async send(sent) {
      try {
        await requireSameOwner(socketFile, tokenFile);
        return await withShortPath(socketFile, (path) => sendTo(path, sent));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new RefusedError(
          `no Keyside answers at ${socketFile}: ${reason}; start it with this KEYSIDE_DATA_DIR, or set KEYSIDE_URL and ` +
            "KEYSIDE_TOKEN",
        );
      }
    },
  };
}

async function requireSameOwner(socketFile: string, tokenFile: string): Promise<void> {
  const [socket, token] = [await lstat(socketFile), await stat(tokenFile)];
  if (!socket.isSocket() || socket.uid !== token.uid) {
    throw new Error("it is not a socket of the user who owns the operator's token");
  }
}

async function sendTo(socketPath: string, { method, path, headers, body }: ClientRequest): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Not kept alive: the path may be gone for the next request.
  request({ socketPath, method, path, headers, agent: false }, resolve).once("error", reject).end(body);
  const answer = await promise;
  const warning = [answer.headers["warning"] ?? ""].flat().join();
  return { status: answer.statusCode ?? 0, text: await text(answer), warning };
}
