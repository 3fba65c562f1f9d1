/**
 * Creates what a new instance needs: the ghost user, the administrator `root`, and the operator's token, with which the
 * command line on the same machine may do everything. Idempotent: a later start adds only what is missing.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { addPersonalToken } from "../access-tokens/create-personal-token.ts";
import { digestSecret } from "../access-tokens/secret.ts";
import { createPersonalNamespace } from "../accounts/create-personal-namespace.ts";
import { readTextFileIfPresent } from "../files.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import { ensureSystemUsers, ROOT_USERNAME } from "../users/system-users.ts";
import { User } from "../users/user.entity.ts";
import type { Container } from "./container.ts";

/** Brings the schema up to date and creates what is missing; one replica at a time. */
export async function prepareInstance(container: Container): Promise<void> {
  const { config, database } = container;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  await database.prepare(async (em) => {
    const now = container.clock.now();
    const host = new URL(config.url).hostname;
    const root = await ensureSystemUsers(em, { now, host, rootPassword: () => rootPassword(container) });
    if (root !== undefined) await createPersonalNamespace(em, root, now);
    await ensureOperatorToken(em, container);
  });
}

async function rootPassword({ config, ids }: Container): Promise<string> {
  if (config.rootPassword !== undefined) return config.rootPassword;
  const password = ids.base62(24);
  await writeSecret(config.rootPasswordFile, password);
  return password;
}

async function ensureOperatorToken(em: SqlEntityManager, container: Container): Promise<void> {
  const file = container.config.operatorTokenFile;
  const present = readTextFileIfPresent(file);
  // A token that this database does not know belongs to another database, or to a start that failed half-way.
  if (present !== undefined && (await em.count(AccessToken, { digest: digestSecret(present.trim()) })) > 0) return;
  const root = await em.findOneOrFail(User, { username: ROOT_USERNAME });
  const { secret } = await addPersonalToken(
    em,
    { ...container, tokenSettings: { ...container.tokenSettings, maxLifetimeDays: undefined } },
    {
      user: root,
      by: { userId: root.id, tokenId: null },
      name: "Operator's token",
      description: `For the keyside command on the server's own machine; in ${file}`,
      scopes: TOKEN_SCOPES,
      expiresAt: null,
    },
  );
  await writeSecret(file, secret);
}

/** Writes a file that only its owner can read, replacing any existing one. */
async function writeSecret(file: string, secret: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
}
