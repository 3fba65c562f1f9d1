/** Deletes a project's access tokens and their bots, before the project itself is deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { type Authorship, type DeleteUserServices, deleteUsers } from "../users/delete-user.ts";

/** Deletes the bots of a project and the rows of its tokens, inactive ones too, inside the caller's transaction. */
export async function deleteProjectTokens(
  em: SqlEntityManager,
  services: DeleteUserServices,
  projectId: number,
  authorship: Authorship,
): Promise<void> {
  const bots = await em.execute<{ id: number }[]>(
    `select distinct u.id from users u join access_tokens t on t.user_id = u.id
     where t.project_id = ? and u.user_type = 'project_bot' order by u.id`,
    [projectId],
  );
  await deleteUsers(
    em,
    services,
    bots.map(({ id }) => id),
    authorship,
  );
  await em.execute("delete from access_tokens where project_id = ?", [projectId]);
}
