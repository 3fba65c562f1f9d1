/**
 * Creates what a new instance needs: the ghost user, the first administrator, and the operator's token, with which the
 * command line on the same machine may do everything. A later start of the same database makes none of them again.
 */
import { mkdir } from "node:fs/promises";
import { seedFirstAdministrator } from "../accounts/seed-first-administrator.ts";
import { writeSecret } from "../files.ts";
import { ensureGhostUser } from "../users/ghost-user.ts";
import type { Container } from "./container.ts";
import { keepOperatorSecret, prepareOperatorToken } from "./operator-token.ts";

/** Brings the schema up to date and creates what is missing; one replica at a time. */
export async function prepareInstance(container: Container): Promise<void> {
  const { config, database, log } = container;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const operatorToken = await database.prepare(async (em) => {
    const now = container.clock.now();
    const host = new URL(config.url).hostname;
    await ensureGhostUser(em, { now, host });
    const username = await seedFirstAdministrator(em, { now, host, password: () => rootPassword(container) });
    if (username !== undefined) log.info({ username }, "made the first administrator");
    // The directory of an embedded database is the only one that can hold the token.
    return await prepareOperatorToken(em, container, database.kind === "embedded" ? "take" : "make");
  });
  await keepOperatorSecret(container, operatorToken);
  await container.initialPassword.tidy();
}

async function rootPassword({ config, ids }: Container): Promise<string> {
  if (config.rootPassword !== undefined) return config.rootPassword;
  const password = ids.base62(24);
  await writeSecret(config.rootPasswordFile, password);
  return password;
}
