import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { limitArrival } from "../../../src/http/limit-arrival.ts";
import { RawConnection } from "../../support/raw-connection.ts";

const LIMIT_MS = 30_000;
const CUT_OFF = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

// Time moves where a test moves it. The connections are real, and so is the time that Node.js itself measures.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A request that has reached its handler, and the end of the handler's work. */
interface Met {
  readonly request: IncomingMessage;
  readonly answered: Promise<void>;
}

/** Answers with the body that came. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.end(await text(request));
}

/** A server whose handler is limited. `send` opens a connection for a request and waits until the handler has that. */
async function startServer(handle = echo, isExempt = (_request: IncomingMessage): boolean => false) {
  const limited = limitArrival(handle, { limitMs: LIMIT_MS, isExempt });
  const server = createServer((request, response) => {
    const answered = limited(request, response);
    // The tests that are about it look at it when it has long failed.
    answered.catch(() => undefined);
    server.emit("met", { request, answered });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sendOn = async (connection: RawConnection, request: string) => {
    const meeting = once(server, "met") as Promise<[Met]>;
    connection.send(request);
    const [met] = await meeting;
    return { ...met, connection };
  };
  return { sendOn, send: async (request: string) => sendOn(await RawConnection.open(url), request) };
}

const post = (rest: string) => `POST / HTTP/1.1\r\nHost: x\r\n${rest}`;
const HALF = post("Content-Length: 4\r\n\r\nab");
const ECHOED = { statusLine: "HTTP/1.1 200 OK", body: "abcd" };

describe("limitArrival", () => {
  it.each([
    ["has half of its length", HALF],
    ["has some of its chunks", post("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")],
    ["lacks the end of its trailers", post("Transfer-Encoding: chunked\r\n\r\n0\r\nX-After: y\r\n")],
    ["has not begun", post("Content-Length: 4\r\n\r\n")],
    ["is that of a GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab"],
  ])("ends a request whose body %s when the time is over, as Node.js does", async (_what, start) => {
    const { send } = await startServer();
    const { request, answered, connection } = await send(start);
    vi.advanceTimersByTime(LIMIT_MS - 1);
    expect(request.socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await connection.rest()).toBe(CUT_OFF);
    await expect(answered).rejects.toThrow("aborted");
  });

  it("lets a body that arrives in time be answered, however long the answer takes", async () => {
    const [arrived, ready] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { send } = await startServer(async (request, response) => {
      const body = await text(request);
      arrived.resolve();
      await ready.promise;
      response.end(body);
    });
    const { connection } = await send(HALF);
    vi.advanceTimersByTime(LIMIT_MS - 1);
    connection.send("cd");
    await arrived.promise;
    vi.advanceTimersByTime(LIMIT_MS);
    ready.resolve();
    expect(await connection.next()).toMatchObject(ECHOED);
  });

  it("lets a body that has arrived wait for its handler", async () => {
    const ready = Promise.withResolvers<void>();
    const { send } = await startServer(async (request, response) => {
      await ready.promise;
      await echo(request, response);
    });
    const { request, connection } = await send(post("Content-Length: 4\r\n\r\nabcd"));
    while (!request.complete) await nextTurn();
    vi.advanceTimersByTime(LIMIT_MS);
    ready.resolve();
    expect(await connection.next()).toMatchObject(ECHOED);
  });

  it("begins anew with each request of a connection", async () => {
    const { send, sendOn } = await startServer();
    const { connection } = await send(HALF);
    vi.advanceTimersByTime(LIMIT_MS - 1);
    connection.send("cd");
    expect(await connection.next()).toMatchObject(ECHOED);
    const second = await sendOn(connection, HALF);
    vi.advanceTimersByTime(LIMIT_MS - 1);
    expect(second.request.socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await connection.rest()).toBe(CUT_OFF);
  });

  it("measures nothing for a request without a body, and no longer than the request lasts", async () => {
    const timers: number[] = [];
    const { send, sendOn } = await startServer((request, response) => {
      timers.push(vi.getTimerCount());
      return echo(request, response);
    });
    const { connection } = await send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await connection.next();
    await sendOn(connection, post("Content-Length: 0\r\n\r\n"));
    await connection.next();
    const { request } = await sendOn(connection, HALF);
    connection.send("cd");
    await once(request, "close");
    expect([...timers, vi.getTimerCount()]).toEqual([0, 0, 1, 0]);
  });

  it("lets those take longer that are exempt, as their handler decided meanwhile", async () => {
    const admitted = new Set<IncomingMessage>();
    const { send } = await startServer(echo, (request) => admitted.has(request));
    const [guest, stranger] = [await send(HALF), await send(HALF)];
    admitted.add(guest.request);
    vi.advanceTimersByTime(100 * LIMIT_MS);
    expect(await stranger.connection.rest()).toBe(CUT_OFF);
    guest.connection.send("cd");
    expect(await guest.connection.next()).toMatchObject(ECHOED);
  });

  it("writes no second status into an answer that has begun", async () => {
    const { send } = await startServer(async (_request, response) => {
      response.writeHead(200, { "Content-Length": 10 }).write("begun");
    });
    const { connection } = await send(HALF);
    vi.advanceTimersByTime(LIMIT_MS);
    const [status, ...rest] = (await connection.rest()).split("\r\n");
    expect([status, rest.at(-1)]).toEqual(["HTTP/1.1 200 OK", "begun"]);
  });

  it("ends the connection of a request that was answered before its body had arrived", async () => {
    const { send } = await startServer(async (_request, response) => void response.end("no"));
    const { connection } = await send(HALF);
    expect(await connection.next()).toMatchObject({ body: "no" });
    vi.advanceTimersByTime(LIMIT_MS);
    expect(await connection.rest()).toBe(CUT_OFF);
  });
});
