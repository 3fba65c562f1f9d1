/** `KEYSIDE_WORKERS=2`: what the workers do each minute. In a file of its own, since it takes more than one. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import jsonwebtoken from "jsonwebtoken";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { runKeyside } from "../../support/keyside-command.ts";
import {
  type Connection,
  EVENTUALLY,
  type Instance,
  type LogLine,
  startTwoWorkers,
  type TwoWorkers,
  twoWorkersInstance,
} from "../../support/two-workers.ts";

/** So many workers end in a row without the service giving up; meanwhile pass 0, 1, 2 and 4 seconds at least. */
const KILLS = 4;
const DELAYS_MS = 7_000;

/** More than two minutes of a busy machine. */
const TIMEOUT_MS = 300_000;

it("a rotated leaf signs in both as soon as one has seen it, and one alone does the chores", {
  timeout: TIMEOUT_MS,
}, async () => {
  const instance = await twoWorkersInstance();
  const choresDone = await watchAChore(instance);
  const service = await startTwoWorkers(instance);
  const leader = await setApart(service);

  const first = await rotate(instance, service, 0);
  // By itself, the second would have seen it at its own minute, which begins later by all the time between.
  expect(Number(first[1]?.["time"]) - Number(first[0]?.["time"])).toBeLessThan(DELAYS_MS);
  // Now comes the minute of the other, if this machine is not too busy.
  const second = await rotate(instance, service, first.length);
  const minutesOfLeader = [first, second].filter(([earlier]) => earlier?.pid === leader).length;
  await expect.poll(choresDone, EVENTUALLY).toBe(minutesOfLeader);
  service.command.signal("SIGTERM");
  expect(await service.command.ended).toBe(0);
  expect(await choresDone()).toBe(minutesOfLeader);
});

/** Kills the worker that does not lead, again and again, so that its minutes and the leader's begin apart. */
async function setApart({ waitFor, connections }: TwoWorkers): Promise<number | undefined> {
  const [leader] = await waitFor("this worker does what one does for all");
  for (let kills = 1; kills <= KILLS; kills += 1) {
    const answers = await Promise.all((await connections()).map((each) => each.call("GET", "/-/liveness")));
    const other = answers.find(({ worker }) => worker !== leader?.pid)?.worker;
    process.kill(other ?? 0, "SIGKILL");
    await waitFor("a worker ended; another takes its place", kills);
  }
  await connections();
  return leader?.pid;
}

/** Rotates the leaf, waits until both workers have followed, and tells in which order: `before` lines tell of earlier ones. */
async function rotate(instance: Instance, service: TwoWorkers, before: number): Promise<readonly LogLine[]> {
  const rotated = await runKeyside(instance.environment, ["certs", "--rotate"]);
  const keyId = /^leaf +(\S+),/m.exec(rotated.stdout)?.[1];
  await service.command.printed(new RegExp(`(?:"leaf_followed".*?\n.*?){${before + 2}}`, "s"));
  const followed = service
    .logged("signing key")
    .filter(({ type }) => type === "leaf_followed")
    .slice(before);
  expect(followed).toMatchObject([{ keyId }, { keyId }]);
  expect(followed[0]?.pid).not.toBe(followed[1]?.pid);
  const pem = await readFile(join(instance.environment["KEYSIDE_CERTS_DIR"] ?? "", "leaf.pem"));
  const leaf = new X509Certificate(pem).raw.toString("base64");
  for (const connection of await service.connections()) expect(await leafOf(connection)).toBe(leaf);
  return followed;
}

/** The certificate of the key that signs the tokens of a connection's worker. */
async function leafOf(connection: Connection): Promise<string> {
  const { token } = JSON.parse((await connection.token()).text) as { token: string };
  return String(jsonwebtoken.decode(token, { complete: true })?.header.x5c);
}

/** Counts how often failed sign-ins are forgotten, which is each minute's chore of one process. */
async function watchAChore({ databaseUrl }: Instance): Promise<() => Promise<number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`
    create table chores_done ();
    create function note_chore() returns trigger language plpgsql as
      $$ begin insert into chores_done default values; return null; end $$;
    create trigger note_chore after delete on authentication_failures
      for each statement execute function note_chore()`);
  return async () => (await client.query("select count(*)::int as count from chores_done")).rows[0].count;
}
