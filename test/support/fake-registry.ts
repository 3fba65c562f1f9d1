/**
 * A registry in name: it answers what a client may ask as a registry would, trusts every token, and stores nothing. A test
 * changes what it answers, or holds an answer back.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a request in another way; false leaves it to the registry. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A registry in name. */
export interface FakeRegistry {
  readonly url: string;
  /** Method and address of each request, in their order. */
  readonly asked: readonly string[];
  /** What it is asked from now on is answered so. */
  answer(answer: Answer): void;
  /** Back to what a registry answers whose realm this is; forgets what it was asked. */
  reset(): void;
  close(): Promise<void>;
}

const ORDINARY: Answer = () => false;

/** Listens on a free port of 127.0.0.1; sends its clients to `realm`. */
export async function startFakeRegistry(realm: string): Promise<FakeRegistry> {
  let own = ORDINARY;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    Promise.resolve(own(request, response)).then(
      (isAnswered) => isAnswered || answerAsRegistry(realm, request, response),
      (error: Error) => response.destroy(error),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(answer) {
      own = answer;
    },
    reset() {
      own = ORDINARY;
      asked.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The status of what a client does in a repository, by its method and the end of its path. */
const STATUSES: readonly (readonly [pattern: RegExp, status: number])[] = [
  [/^POST \S+\/blobs\/uploads\/\?mount=/, 201],
  [/^POST \S+\/blobs\/uploads\/$/, 202],
  [/^PUT /, 201],
  [/^DELETE /, 202],
  [/^GET /, 200],
];

function answerAsRegistry(realm: string, { method, url, headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.authorization === undefined) {
    const challenge = `Bearer realm="${realm}",service="container_registry"`;
    response.writeHead(401, { "WWW-Authenticate": challenge }).end("{}");
    return;
  }
  const [, status = 404] = STATUSES.find(([pattern]) => pattern.test(`${method} ${url}`)) ?? [];
  response.writeHead(status, status === 202 ? { Location: `${url}upload?state=1` } : {}).end("{}");
}
