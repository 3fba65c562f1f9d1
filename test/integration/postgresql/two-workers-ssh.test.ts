/** `KEYSIDE_WORKERS=2`: both workers serve Git over SSH on one port, with one set of host keys. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, it } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { executeToEnd } from "../../support/ssh-stage.ts";
import { EVENTUALLY, startTwoWorkers, twoWorkersInstance } from "../../support/two-workers.ts";

it("both workers answer on the one port, with the same host key", async () => {
  const port = await freePort();
  const instance = await twoWorkersInstance({ KEYSIDE_SSH_PORT: String(port) });
  const service = await startTwoWorkers(instance);
  const served = await service.waitFor("Git over SSH is served", 2);
  expect(new Set(served.map(({ pid, port: at }) => `${pid} ${at}`)).size).toBe(2);
  const directory = instance.environment["KEYSIDE_DATA_DIR"] ?? "";
  const password = (await readFile(join(directory, "operator-token"), "utf8")).trim();
  const fingerprints = new Set<string>();
  const ask = async () => {
    const client = new ssh2.Client();
    const ready = once(client, "ready");
    const hostVerifier = (key: Buffer) => {
      fingerprints.add(createHash("sha256").update(key).digest("hex"));
      return true;
    };
    client.connect({ host: "127.0.0.1", port, username: "git", password, hostVerifier, readyTimeout: 60_000 });
    await ready;
    // What becomes of it later is no matter.
    client.on("error", () => undefined);
    expect(await executeToEnd(client, "git-upload-pack 'no/where'")).toMatchObject({ code: 1 });
    client.end();
    return new Set(service.logged("command over SSH").map(({ pid }) => pid)).size;
  };
  // The primary hands connections out in turn.
  await expect.poll(ask, EVENTUALLY).toBe(2);
  expect(fingerprints.size).toBe(1);
});
