/** Finds which token each bot user of a project is there for. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";

/** The id of the newest token of each bot, by the bot's id. */
export async function findTokensOfBots(
  em: SqlEntityManager,
  projectId: number,
  botIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await em.execute<{ user_id: number; id: number }[]>(
    "select user_id, max(id) as id from access_tokens where project_id = ? and user_id = any(?::int[]) group by user_id",
    [projectId, idArray(botIds)],
  );
  return new Map(rows.map(({ user_id, id }) => [user_id, id]));
}
