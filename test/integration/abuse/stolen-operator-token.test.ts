/** What another user of the server's machine tries, to get at the operator's token by way of the command line. */
import { once } from "node:events";
import { chown, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openClient } from "../../../src/cli/keyside-client.ts";
import { readConfig } from "../../../src/config.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const SECRET = "kspat-never-to-be-sent";

/** A process that keeps whatever it is sent, on a port of this machine or on a socket. */
async function thief(where: { port: 0; host: "127.0.0.1" } | { path: string }) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers));
    response.end("{}");
  }).listen(where);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === "object" ? String(address?.port) : "", heard };
}

/** A data directory with an operator's token, and no service that runs on it. */
async function dataDirectory(): Promise<string> {
  const directory = await scratchDirectory();
  await writeFile(join(directory, "operator-token"), `${SECRET}\n`, { mode: 0o600 });
  return directory;
}

describe("who wants the operator's token", () => {
  it("listens on Keyside's port while that does not run, and hears nothing", async () => {
    const { port, heard } = await thief({ port: 0, host: "127.0.0.1" });
    const KEYSIDE_DATA_DIR = await dataDirectory();
    for (const more of [{}, { KEYSIDE_URL: `http://127.0.0.1:${port}` }]) {
      const config = readConfig({ KEYSIDE_DATA_DIR, KEYSIDE_PORT: port, ...more });
      await expect(openClient(config).call("GET", "/user")).rejects.toThrow(
        /^no Keyside answers at .*keyside\.sock: ENOENT/,
      );
    }
    expect(heard).toEqual([]);
  });

  it("puts a file of their own in the place of the socket, or a socket, and hears nothing", async ({ skip }) => {
    const KEYSIDE_DATA_DIR = await dataDirectory();
    const config = readConfig({ KEYSIDE_DATA_DIR });
    const refused = () => expect(openClient(config).call("GET", "/user")).rejects.toThrow("not a socket of the user");
    await writeFile(config.socketFile, "");
    await refused();
    skip(process.geteuid?.() !== 0, "needs root: only root can give a file away");
    await rm(config.socketFile);
    const { heard } = await thief({ path: config.socketFile });
    await chown(config.socketFile, 65534, 65534);
    await refused();
    expect(heard).toEqual([]);
  });
});

describe("who has a token of their own", () => {
  it("has it sent to KEYSIDE_URL, and the operator's not at all", async () => {
    const { port, heard } = await thief({ port: 0, host: "127.0.0.1" });
    const KEYSIDE_DATA_DIR = await dataDirectory();
    const theirs = { KEYSIDE_URL: `http://127.0.0.1:${port}`, KEYSIDE_TOKEN: "kspat-of-somebody" };
    await openClient(readConfig({ KEYSIDE_DATA_DIR, ...theirs })).call("GET", "/user");
    expect(heard.join()).toContain("kspat-of-somebody");
    expect(heard.join()).not.toContain(SECRET);
  });
});
