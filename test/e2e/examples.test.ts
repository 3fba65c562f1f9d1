/** The reverse proxies of examples/, with the real programs. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { addressSet, clientAddress } from "../../src/http/client-address.ts";
import { findCommand } from "../support/requirements.ts";
import { type PreparedProxy, prepareProxy, startProxy } from "../support/reverse-proxy.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../support/running-command.ts";

/** Another address of this machine than the proxy's own; macOS has only the one. */
const CLIENT = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

const MEBIBYTE = Buffer.alloc(1024 * 1024, "layer");
const MEBIBYTES = 20;

/** As Keyside has it. */
const MAXIMUM_HEADER_BYTES = 128 * 1024;

const KEYSIDE = { name: "keyside.example.com", path: "/jwt/auth" };
const REGISTRY = { name: "registry.example.com", path: "/v2/team/app/blobs/uploads/1" };

/** A server in the place of Keyside or the registry; its requests are answered by the test. */
async function startUpstream(): Promise<{ server: Server; port: number }> {
  const server = createServer({ maxHeaderSize: MAXIMUM_HEADER_BYTES }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** Begins a request to the proxy, from `CLIENT`, which also claims another address. */
function ask({ port, certificates }: PreparedProxy, { name, path }: typeof KEYSIDE, method: string, headers = {}) {
  return request({
    host: "127.0.0.1",
    port,
    localAddress: CLIENT,
    servername: name,
    ca: [...certificates],
    method,
    path,
    headers: { host: name, "x-forwarded-for": "203.0.113.9", ...headers },
  });
}

async function answerOf(asked: ReturnType<typeof ask>): Promise<{ status: number | undefined; text: string }> {
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { status: answer.statusCode, text: (await buffer(answer)).toString() };
}

describe.each(["nginx", "caddy"] as const)("the example for %s", async (program) => {
  const { found, want } = await findCommand(program);

  it("is a configuration that the program takes", async ({ skip }) => {
    skip(!found, want);
    const { check, environment } = await prepareProxy(program, { keysidePort: 8080, registryPort: 5000 });
    const checked = await runToEnd(check, { environment });
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.stderr).not.toMatch(/\[warn\]|"level":"error"/);
  });

  it("tells Keyside who asks, and believes no client about it", async ({ skip }) => {
    skip(!found, want);
    const [keyside, registry] = [await startUpstream(), await startUpstream()];
    const proxy = await prepareProxy(program, { keysidePort: keyside.port, registryPort: registry.port });
    await startProxy(proxy);
    for (const [upstream, place] of [
      [keyside, KEYSIDE],
      [registry, REGISTRY],
    ] as const) {
      upstream.server.once("request", ({ headers }: IncomingMessage, response) =>
        response.end(JSON.stringify(headers)),
      );
      const { status, text } = await answerOf(ask(proxy, place, "GET").end());
      expect(status).toBe(200);
      const headers = JSON.parse(text);
      expect(headers).toMatchObject({ host: place.name, "x-forwarded-proto": "https", "x-forwarded-for": CLIENT });
      const trusted = addressSet(["127.0.0.1", "::1"]);
      expect(clientAddress("127.0.0.1", headers["x-forwarded-for"], trusted).address).toBe(CLIENT);
    }
  });

  it("passes a layer on while it still comes, however large it is", async ({ skip }) => {
    skip(!found, want);
    const [keyside, registry] = [await startUpstream(), await startUpstream()];
    const proxy = await prepareProxy(program, { keysidePort: keyside.port, registryPort: registry.port });
    await startProxy(proxy);

    const arrived = once(registry.server, "request") as Promise<[IncomingMessage, { end(text: string): void }]>;
    const upload = ask(proxy, REGISTRY, "PUT", { "transfer-encoding": "chunked" });
    upload.write(MEBIBYTE);
    // The registry has the beginning before the client has sent the rest: a proxy that stores it first would wait for ever.
    const [received, response] = await arrived;
    const [first] = (await once(received, "data")) as [Buffer];
    received.pause();
    const rest = buffer(received);
    for (let sent = 1; sent < MEBIBYTES; sent += 1) upload.write(MEBIBYTE);
    const answered = answerOf(upload.end());
    response.end(String(first.length + (await rest).length));
    expect(await answered).toEqual({ status: 200, text: String(MEBIBYTES * MEBIBYTE.length) });
  });

  it("passes a query of nearly 64 KiB on to Keyside", async ({ skip }) => {
    skip(!found, want);
    const [keyside, registry] = [await startUpstream(), await startUpstream()];
    const proxy = await prepareProxy(program, { keysidePort: keyside.port, registryPort: registry.port });
    await startProxy(proxy);
    keyside.server.once("request", ({ url }: IncomingMessage, response) => response.end(String(url?.length)));
    const path = `/jwt/auth?scope=${"x".repeat(60_000)}`;
    expect(await answerOf(ask(proxy, { ...KEYSIDE, path }, "GET").end())).toEqual({
      status: 200,
      text: String(path.length),
    });
  });
});

describe("examples/Caddyfile", async () => {
  const { found, want } = await findCommand("caddy");

  it("is valid as it is, and formatted as caddy formats", async ({ skip }) => {
    skip(!found, want);
    const file = join(PROJECT_DIRECTORY, "examples", "Caddyfile");
    const validated = await runToEnd(["caddy", "validate", "--config", file, "--adapter", "caddyfile"]);
    expect(validated).toMatchObject({ code: 0 });
    expect(validated.stderr).not.toMatch(/"level":"(warn|error)"/);
  });
});
