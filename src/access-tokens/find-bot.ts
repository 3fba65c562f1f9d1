/** Finds what a bot user belongs to: its project, and the access token that it is the user of. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** A bot's project, and its token: the one that is valid, or the last one. */
export interface BotBelongings {
  readonly projectId: number;
  readonly token: { readonly id: number; readonly name: string };
}

const FIND = `
  select project_id, id, name from access_tokens where user_id = ? and project_id is not null order by id desc limit 1`;

/** What a bot belongs to; undefined for a user who is none. */
export async function findBot(em: SqlEntityManager, userId: number): Promise<BotBelongings | undefined> {
  const [row] = await em.execute<{ project_id: number; id: number; name: string }[]>(FIND, [userId]);
  return row === undefined ? undefined : { projectId: row.project_id, token: { id: row.id, name: row.name } };
}
