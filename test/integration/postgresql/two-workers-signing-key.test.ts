/** `KEYSIDE_WORKERS=2`: a leaf that is rotated signs in every worker. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import jsonwebtoken from "jsonwebtoken";
import { expect, it } from "vitest";
import { runKeyside } from "../../support/keyside-command.ts";
import { type Connection, startTwoWorkers, twoWorkersInstance } from "../../support/two-workers.ts";

/** The certificate of the key that signs the tokens of a connection's worker. */
async function leafOf(connection: Connection): Promise<string> {
  const { token } = JSON.parse((await connection.token()).text) as { token: string };
  return String(jsonwebtoken.decode(token, { complete: true })?.header.x5c);
}

it("a rotated leaf signs in both workers, with no restart", async () => {
  const instance = await twoWorkersInstance();
  const service = await startTwoWorkers(instance);
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
  for (const connection of await service.connections()) {
    expect(await leafOf(connection)).toBe(await present());
  }
});
