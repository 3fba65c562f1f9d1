/** Finds the bot user that a project access token is there for. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** The id of the bot; undefined for a personal token, for one whose bot is gone, and where there is no such token. */
export async function findBotOfToken(em: SqlEntityManager, tokenId: number): Promise<number | undefined> {
  const [row] = await em.execute<{ id: number }[]>(
    `select u.id from access_tokens t join users u on u.id = t.user_id
     where t.id = ? and u.user_type = 'project_bot'`,
    [tokenId],
  );
  return row?.id;
}
