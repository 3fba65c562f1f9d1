/** Makes as many project access tokens as a project has after years, with what is stored of their use. */
import type { TestService } from "./service.ts";

/** Adds `count` tokens with bots, each of which was used by every day and for every scope, and answers their numbers. */
export async function addManyTokens(
  { container, clock }: Pick<TestService, "container" | "clock">,
  projectId: number,
  count: number,
): Promise<number[]> {
  const now = clock.now();
  return await container.database.transaction(async (em) => {
    const [path] = await em.execute<{ path: string }[]>(
      "select r.path from projects p join full_paths r on r.id = p.full_path_id where p.id = ?",
      [projectId],
    );
    const rows = await em.execute<{ id: number }[]>(
      `with bots as (
         insert into users (created_at, username, name, email, user_type, state, admin)
         select ?::timestamptz, name, name, name || '@noreply.localhost', 'project_bot', 'active', false
         from (select 'project_' || ?::int || '_bot_' || md5(n || random()::text) as name from generate_series(1, ?::int) n) names
         returning id
       ), joined as (
         insert into members (created_at, user_id, project_id, access_level) select ?::timestamptz, id, ?, 40 from bots
       ), used as (
         insert into registry_event_counts (day, project_id, repository, action, user_id, count)
         select ?::date - ago, ?, ?, 'pull', id, 7 from bots cross join generate_series(0, 29) ago
       ), reported as (
         insert into registry_events (created_at, event_id, happened_at, action, repository, tag, project_id, user_id)
         select ?::timestamptz, md5(id || random()::text), ?::timestamptz, 'pull', ?, 'v1', ?, id from bots
       )
       insert into access_tokens (created_at, user_id, project_id, name, scopes, access_level, digest, last_four, created_by_id, family)
       select ?::timestamptz, id, ?, 'many', '{read_registry,write_registry}', 40, md5(id || random()::text), 'many', id, md5(id || random()::text)
       from bots returning id`,
      [
        ...[now, projectId, count, now, projectId, now, projectId, path?.path, now, now, path?.path, projectId],
        ...[now, projectId],
      ],
    );
    return rows.map(({ id }) => id);
  });
}
