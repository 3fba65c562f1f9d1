/** The command line's way to the server of its own machine: a Unix socket that only its owner may use. */
import { once } from "node:events";
import { lstat, mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { openClient } from "../../../src/cli/keyside-client.ts";
import { overSocket } from "../../../src/cli/transport.ts";
import { type Config, readConfig } from "../../../src/config.ts";
import { listenOnOperatorSocket } from "../../../src/server/operator-socket.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});
const start = async (environment: Record<string, string> = {}) => {
  service = await startTestService({ environment });
  return service;
};

/** A data directory with an operator's token that nobody may see, and no service of ours. */
async function dataDirectory(): Promise<Config> {
  const KEYSIDE_DATA_DIR = await scratchDirectory();
  await writeFile(join(KEYSIDE_DATA_DIR, "operator-token"), "kspat-never-to-be-sent\n", { mode: 0o600 });
  return readConfig({ KEYSIDE_DATA_DIR });
}

/** An HTTP server that gives one answer to everything; on the socket unless that is taken. */
async function listen(socketFile: string, answer: string, log = pino({ level: "silent" })) {
  const server = createServer((_, response) => void response.end(JSON.stringify({ version: answer })));
  const remove = await listenOnOperatorSocket(server, socketFile, log);
  const close = async () => {
    if (server.listening) await new Promise((closed) => server.close(closed));
    await remove();
  };
  onTestFinished(close);
  return { close };
}
const versionOf = async (config: Config) => (await openClient(config).find("/version")) as { version: string };
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe("the socket of the data directory", () => {
  it("is open to its owner alone, and carries the operator's calls", async () => {
    const { container } = await start();
    expect(await modeOf(container.config.socketFile)).toBe(0o600);
    expect((await lstat(container.config.socketFile)).isSocket()).toBe(true);
    expect(await openClient(container.config).find("/user")).toMatchObject({ username: "root", is_admin: true });
    // Nothing of how it was made is left.
    expect((await readdir(container.config.dataDir)).filter((name) => name.startsWith(".socket"))).toEqual([]);
  });

  it("needs a credential as the port does", async () => {
    const { container } = await start();
    await writeFile(container.config.operatorTokenFile, "kspat-wrong\n");
    await expect(openClient(container.config).call("GET", "/user")).rejects.toThrow("401 Unauthorized");
  });

  it("believes no header about where a request comes from, and shows no metrics", async () => {
    const { container, logLines } = await start({ KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" });
    const { socketFile, operatorTokenFile } = container.config;
    const headers = { "X-Forwarded-For": "127.0.0.1" };
    const request = { method: "GET", path: "/-/metrics", headers, body: undefined };
    expect((await overSocket(socketFile, operatorTokenFile).send(request)).status).toBe(404);
    const line = logLines.find((text) => text.includes("/-/metrics"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ ip: "" });
  });

  it("is gone after a stop", async () => {
    const { container } = await start();
    await service?.stop();
    service = undefined;
    await expect(lstat(container.config.socketFile)).rejects.toThrow("ENOENT");
  });

  it("takes the place of one that a killed process left behind", async () => {
    const config = await dataDirectory();
    const left = createTcpServer();
    await new Promise<void>((resolve) => left.listen(`${config.socketFile}.made`, resolve));
    // As `kill -9` leaves it: a file that nobody listens on. A clean close would remove it.
    await rename(`${config.socketFile}.made`, config.socketFile);
    left.close();
    await once(left, "close");
    expect((await lstat(config.socketFile)).isSocket()).toBe(true);
    await listen(config.socketFile, "new");
    expect(await versionOf(config)).toEqual({ version: "new" });
  });

  it("is left to a process that answers on it, which keeps it when the other stops", async () => {
    const config = await dataDirectory();
    await listen(config.socketFile, "first");
    const second = await listen(config.socketFile, "second");
    expect(await versionOf(config)).toEqual({ version: "first" });
    await second.close();
    expect(await versionOf(config)).toEqual({ version: "first" });
  });

  it("may lie deeper than a socket's path may be long", async () => {
    const config = await dataDirectory();
    const deep = join(config.dataDir, ...Array.from({ length: 12 }, () => "a-long-name-of-a-directory"));
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, "operator-token"), "kspat-never-to-be-sent\n", { mode: 0o600 });
    const far = readConfig({ KEYSIDE_DATA_DIR: deep });
    const { close } = await listen(far.socketFile, "far away");
    expect(await modeOf(far.socketFile)).toBe(0o600);
    expect(await versionOf(far)).toEqual({ version: "far away" });
    await close();
    expect(await readdir(deep)).toEqual(["operator-token"]);
  });

  it("that cannot be made does not stop the service, which says so in its log", async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    await listen(join(await scratchDirectory(), "no-such-directory", "keyside.sock"), "nowhere", log);
    expect(lines.join()).toMatch(/there is no socket for the command line.*KEYSIDE_URL and KEYSIDE_TOKEN/);
  });
});
