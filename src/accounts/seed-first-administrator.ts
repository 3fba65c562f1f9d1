/** Makes the first administrator, once in the life of a database. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { FullPath } from "../namespaces/full-path.entity.ts";
import { FIRST_ADMINISTRATOR_ID, FirstAdministrator } from "../users/first-administrator.entity.ts";
import { digestPassword } from "../users/password.ts";
import { User } from "../users/user.entity.ts";
import { createPersonalNamespace } from "./create-personal-namespace.ts";

/** The username of the first administrator, wherever it is free. */
const USERNAME = "root";

/** The input of the first administrator. */
export interface FirstAdministratorInput {
  readonly now: Date;
  /** The host of `KEYSIDE_URL`, for an e-mail address that receives nothing. */
  readonly host: string;
  /** Returns the password; called only when the account is created. */
  readonly password: () => Promise<string>;
}

/**
 * Creates the administrator `root` with a personal namespace, unless this database has had its first administrator,
 * whatever became of them. In a database that lost all of its administrators, `root` may be taken: then it is `root-2`,
 * and so on.
 *
 * @returns the username, if the account was created now
 * @see docs/spec/access-tokens.md "Administrators and owners cannot vanish"
 */
export async function seedFirstAdministrator(
  em: SqlEntityManager,
  { now, host, password }: FirstAdministratorInput,
): Promise<string | undefined> {
  if ((await em.count(FirstAdministrator)) > 0) return undefined;
  const { username, email } = await freeName(em, host);
  const user = em.create(User, {
    createdAt: now,
    username,
    name: "Administrator",
    email,
    userType: "human",
    state: "active",
    admin: true,
    passwordDigest: await digestPassword(await password()),
  });
  em.create(FirstAdministrator, { id: FIRST_ADMINISTRATOR_ID, createdAt: now, user });
  await em.flush();
  await createPersonalNamespace(em, user, now);
  return username;
}

/** The first name of `root`, `root-2`, `root-3`, ... that no user, e-mail address and path has. */
async function freeName(em: SqlEntityManager, host: string): Promise<{ username: string; email: string }> {
  for (let number = 1; ; number += 1) {
    const username = number === 1 ? USERNAME : `${USERNAME}-${number}`;
    const email = `${username}@noreply.${host}`;
    const taken =
      (await em.count(User, { $or: [{ username }, { email }] })) + (await em.count(FullPath, { path: username }));
    if (taken === 0) return { username, email };
  }
}
