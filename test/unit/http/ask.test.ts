import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ask } from "../../../src/http/ask.ts";
import { freePort } from "../../support/free-port.ts";

/** A program that answers so; returns its URL. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("ask", () => {
  it("answers with status, headers and body", async () => {
    const url = await listen((_, response) => response.writeHead(418, { "X-Kind": "tea" }).end("short and stout"));
    const reply = await ask(url);
    expect(reply).toMatchObject({ answered: true, status: 418, body: "short and stout" });
    expect(reply.answered && reply.headers.get("x-kind")).toBe("tea");
  });

  it("follows no redirect", async () => {
    const url = await listen((_, response) => response.writeHead(307, { Location: "http://127.0.0.1:1/" }).end());
    expect(await ask(url)).toMatchObject({ answered: true, status: 307 });
  });

  it("says why nothing answers", async () => {
    const reply = await ask(`http://127.0.0.1:${await freePort()}/`);
    expect(reply.answered ? "" : reply.why).toContain("ECONNREFUSED");
  });

  it("gives up on a program that never ends its answer", async () => {
    const url = await listen((_, response) => response.writeHead(200).write("and then"));
    const reply = await ask(url, { limitMs: 50 });
    expect(reply.answered ? "" : reply.why).toContain("timeout");
  });

  it("reads no more than the limit of an answer without end", async () => {
    const closed = Promise.withResolvers<void>();
    const url = await listen((_, response) => {
      const more = () => {
        while (response.write("x".repeat(1000)));
      };
      response.on("drain", more).on("close", closed.resolve);
      more();
    });
    expect(await ask(url, { limitBytes: 5000 })).toEqual({
      answered: false,
      why: "its answer has more than 5000 bytes",
    });
    await closed.promise;
  });

  it("reads an answer of exactly the limit", async () => {
    const url = await listen((_, response) => response.end("12345"));
    expect(await ask(url, { limitBytes: 5 })).toMatchObject({ answered: true, body: "12345" });
    expect(await ask(url, { limitBytes: 4 })).toMatchObject({ answered: false });
  });

  it("ends when its caller no longer wants it", async () => {
    const url = await listen(() => undefined);
    expect(await ask(url, { signal: AbortSignal.abort(new Error("the page is gone")) })).toEqual({
      answered: false,
      why: "the page is gone",
    });
  });
});
