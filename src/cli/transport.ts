/** The ways in which the command line's requests reach a service: over HTTP to a URL, or by the socket of this machine. */
import { lstat, stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
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

/** What an answer begins with. */
interface AnswerHead {
  readonly status: number;
  /** The `Warning` header; empty when there is none. */
  readonly warning: string;
}

/** The answer as it came. */
export interface RawAnswer extends AnswerHead {
  readonly text: string;
}

/** An answer whose body is still to come; it fails where the answer breaks off. */
export interface OpenAnswer extends AnswerHead {
  readonly body: Readable;
}

/** Where requests go: its name for people, and how one gets there. */
export interface Transport {
  readonly name: string;
  /** @throws RefusedError when nobody answers */
  send(request: ClientRequest): Promise<RawAnswer>;
  /** @throws RefusedError when nobody answers */
  open(request: ClientRequest): Promise<OpenAnswer>;
}

/** Sends requests to a URL. */
export function overHttp(url: string): Transport {
  return transport(
    url,
    async ({ method, path, headers, body }) => {
      const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      const warning = response.headers.get("warning") ?? "";
      return { status: response.status, warning, body: Readable.from(response.body ?? []) };
    },
    (error) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      return `no Keyside answers at ${url}: ${cause || "connection refused"}`;
    },
  );
}

/**
 * Sends requests by the socket in the data directory, and nowhere else.
 *
 * @param tokenFile the operator's token: whoever owns that must own the socket
 */
export function overSocket(socketFile: string, tokenFile: string): Transport {
  return transport(
    socketFile,
    async (sent) => {
      await requireSameOwner(socketFile, tokenFile);
      return await withShortPath(socketFile, (path) => sendTo(path, sent));
    },
    (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      return (
        `no Keyside answers at ${socketFile}: ${reason}; start it with this KEYSIDE_DATA_DIR, or set KEYSIDE_URL and ` +
        "KEYSIDE_TOKEN"
      );
    },
  );
}

/** A transport; `describe` says in a sentence what an error of `ask` means. */
function transport(
  name: string,
  ask: (request: ClientRequest) => Promise<OpenAnswer>,
  describe: (error: unknown) => string,
): Transport {
  const refuse = (error: unknown) => {
    throw new RefusedError(describe(error));
  };
  return {
    name,
    open: (request) => ask(request).catch(refuse),
    async send(request) {
      const { body, ...head } = await ask(request).catch(refuse);
      return { ...head, text: await text(body).catch(refuse) };
    },
  };
}

async function requireSameOwner(socketFile: string, tokenFile: string): Promise<void> {
  const [socket, token] = [await lstat(socketFile), await stat(tokenFile)];
  if (!socket.isSocket() || socket.uid !== token.uid) {
    throw new Error("it is not a socket of the user who owns the operator's token");
  }
}

async function sendTo(socketPath: string, { method, path, headers, body }: ClientRequest): Promise<OpenAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Not kept alive: the path may be gone for the next request.
  request({ socketPath, method, path, headers, agent: false }, resolve).once("error", reject).end(body);
  const answer = await promise;
  const warning = [answer.headers["warning"] ?? ""].flat().join();
  return { status: answer.statusCode ?? 0, warning, body: answer };
}
