import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { carryOut } from "../../../bench/load/carry-out.ts";
import type { Order } from "../../../bench/load/order.ts";

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A server that gives each request to a function; each request is shorter than a packet, and one is sent at a time. */
async function serve(answer: (request: string, socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay().on("data", (bytes) => answer(bytes.toString("latin1"), socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Sends two requests, each once, on one connection. */
function order(port: number, more: Partial<Order> = {}): Order {
  const requests = ["GET /a HTTP/1.1\r\n\r\n", "GET /b{n} HTTP/1.1\r\n\r\n"];
  return { port, requests, statuses: [200], connections: 1, durationMs: 60_000, once: true, ...more };
}

/** Writes pieces one after the other, each when the one before has left. */
function inPieces(socket: Socket, [first, ...rest]: readonly string[]): void {
  if (first !== undefined) socket.write(first, () => setImmediate(() => inPieces(socket, rest)));
}

describe("carryOut", () => {
  it("sends each request in turn, after the answer to the one before, with a number where one is wanted", async () => {
    const seen: string[] = [];
    const port = await serve((request, socket) => {
      seen.push(request.split(" ")[1] ?? "");
      inPieces(socket, ["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 4\r\n\r", "\nab", "cd"]);
    });
    const { answers } = await carryOut(order(port));
    expect(answers).toBe(2);
    expect(seen).toEqual(["/a", expect.stringMatching(/^\/b\d+$/)]);
  });

  it("gives no number twice, also in the next order", async () => {
    const seen: string[] = [];
    const port = await serve((request, socket) => {
      seen.push(request);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    const requests = Array.from({ length: 20 }, () => "GET /{n} HTTP/1.1\r\n\r\n");
    await carryOut(order(port, { requests }));
    await carryOut(order(port, { requests, connections: 4 }));
    expect(new Set(seen).size).toBe(40);
  });

  it("reads an answer in chunks to its last one", async () => {
    const port = await serve((_request, socket) => {
      inPieces(socket, ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nab\r\n0\r\n", "\r\n"]);
    });
    expect((await carryOut(order(port))).answers).toBe(2);
  });

  it("fails at a status that is not expected, and names it", async () => {
    const port = await serve((_request, socket) => socket.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
    await expect(carryOut(order(port, { statuses: [401, 429] }))).rejects.toThrow("503 in the place of 401 or 429");
  });

  it("fails when the server hangs up in the place of an answer", async () => {
    const port = await serve((_request, socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"));
    await expect(carryOut(order(port))).rejects.toThrow("the server closed a connection");
  });

  it("at a fixed rate begins all requests, also those that find no connection free", async () => {
    const port = await serve((_request, socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const { answers } = await carryOut({ ...order(port, { durationMs: 5, perSecond: 40_000 }), once: false });
    expect(answers).toBe(200);
  });
});
