/** The accounts that every instance starts with: the ghost user and the administrator `root`. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { GHOST_USERNAME } from "./ghost-user.ts";
import { digestPassword } from "./password.ts";
import { User } from "./user.entity.ts";

/** The username of the first administrator. */
export const ROOT_USERNAME = "root";

/** The input of the first accounts. */
export interface SystemUsersInput {
  readonly now: Date;
  /** The host of `KEYSIDE_URL`, for e-mail addresses that receive nothing. */
  readonly host: string;
  /** Returns root's password; called only when root is created. */
  readonly rootPassword: () => Promise<string>;
}

/** Creates the ghost user and root where they are missing; answers root if it was created now. */
export async function ensureSystemUsers(em: SqlEntityManager, input: SystemUsersInput): Promise<User | undefined> {
  const common = { createdAt: input.now, state: "active" } as const;
  const hasRoot = (await em.count(User, { username: ROOT_USERNAME })) > 0;
  const root = hasRoot
    ? undefined
    : em.create(User, {
        ...common,
        username: ROOT_USERNAME,
        name: "Administrator",
        email: `${ROOT_USERNAME}@noreply.${input.host}`,
        userType: "human",
        admin: true,
        passwordDigest: await digestPassword(await input.rootPassword()),
      });
  if ((await em.count(User, { userType: "ghost" })) === 0) {
    em.create(User, {
      ...common,
      username: GHOST_USERNAME,
      name: "Ghost User",
      email: `${GHOST_USERNAME}@noreply.${input.host}`,
      userType: "ghost",
      admin: false,
    });
  }
  await em.flush();
  return root;
}
