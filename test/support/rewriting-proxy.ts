/** Stands between clients and a service over HTTP and changes what the service says. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A proxy that changes answers. */
export interface RewritingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1; `rewrite` gets the path and the text of each answer with status 200. */
export async function startRewritingProxy(
  target: string,
  rewrite: (path: string, text: string) => string,
): Promise<RewritingProxy> {
  const server = createServer((request, response) => {
    passOn(request).then(
      ({ status, headers, text }) => response.writeHead(status, headers).end(text),
      (error: Error) => response.destroy(error),
    );
  });
  const passOn = async (request: IncomingMessage) => {
    const { method = "GET", url = "/", headers } = request;
    const given = Object.entries(headers).filter(([name]) => PASSED_ON.includes(name));
    const body = method === "GET" ? undefined : await buffer(request);
    const answer = await fetch(target + url, {
      method,
      headers: given.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body !== undefined && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: { "content-type": answer.headers.get("content-type") ?? "text/plain" },
      text: answer.status === 200 ? rewrite(new URL(url, target).pathname, text) : text,
    };
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const PASSED_ON = ["authorization", "content-type", "private-token"];
