/** `KEYSIDE_WORKERS=2`: a leaf that is rotated is every worker's at once. In a file of its own, since it takes a minute. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import jsonwebtoken from "jsonwebtoken";
import { expect, it } from "vitest";
import { runKeyside } from "../../support/keyside-command.ts";
import { type Connection, startTwoWorkers, type TwoWorkers, twoWorkersInstance } from "../../support/two-workers.ts";

/** So many workers end in a row without the service giving up; meanwhile pass 0, 1, 2 and 4 seconds at least. */
const KILLS = 4;
const DELAYS_MS = 7_000;

/** The certificate of the key that signs the tokens of a connection's worker. */
async function leafOf(connection: Connection): Promise<string> {
  const { token } = JSON.parse((await connection.token()).text) as { token: string };
  return String(jsonwebtoken.decode(token, { complete: true })?.header.x5c);
}

/** Kills the worker that does not lead, again and again, so that its minutes and those of the leader begin apart. */
async function setApart({ waitFor, connections }: TwoWorkers): Promise<void> {
  const [leader] = await waitFor("this worker does what one does for all");
  for (let kills = 1; kills <= KILLS; kills += 1) {
    const answers = await Promise.all((await connections()).map((each) => each.call("GET", "/-/liveness")));
    const other = answers.find(({ worker }) => worker !== leader?.pid)?.worker;
    process.kill(other ?? 0, "SIGKILL");
    await waitFor("a worker ended; another takes its place", kills);
  }
}

it("a rotated leaf signs in both workers, as soon as one of them has seen it", async () => {
  const instance = await twoWorkersInstance();
  const service = await startTwoWorkers(instance);
  await setApart(service);
  const present = async () => {
    const pem = await readFile(join(instance.environment["KEYSIDE_CERTS_DIR"] ?? "", "leaf.pem"));
    return new X509Certificate(pem).raw.toString("base64");
  };
  const before = await present();
  for (const connection of await service.connections()) expect(await leafOf(connection)).toBe(before);
  const rotated = await runKeyside(instance.environment, ["certs", "--rotate"]);
  const made = /^leaf +(\S+),/m.exec(rotated.stdout)?.[1];
  expect(await present()).not.toBe(before);
  await service.command.printed(/(?:"leaf_followed".*?\n.*?){2}/s);
  const followed = service.logged("signing key").filter(({ type }) => type === "leaf_followed");
  expect(followed.map(({ keyId }) => keyId)).toEqual([made, made]);
  expect(new Set(followed.map(({ pid }) => pid)).size).toBe(2);
  // By itself, the second would have seen it at its own minute, which begins later by all the time between.
  const [one, other] = followed.map(({ time }) => Number(time));
  expect((other ?? 0) - (one ?? 0)).toBeLessThan(DELAYS_MS);
  for (const connection of await service.connections()) {
    expect(await leafOf(connection)).toBe(await present());
  }
});
