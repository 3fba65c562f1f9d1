/** What pages have to show after some years: a project with many tokens, repositories and events. Made by SQL in seconds. */
import pg from "pg";
import { LISTED_PROJECT } from "./seed.ts";
import type { Environment } from "./service.ts";

/** How many of each the project has. */
export const MANY = { tokens: 1000, events: 100_000, repositories: 500 } as const;

/** The repository whose tags are looked at. */
export const LISTED_REPOSITORY = `${LISTED_PROJECT.path}/r1`;

/** As `seed` makes tokens; these have no secret. The seed has made some already. */
const MORE_TOKENS = `
  with bots as (
    insert into users (created_at, username, name, email, user_type, state, admin)
    select now(), 'more_bot_' || n, 'more', 'more_' || n || '@noreply.localhost', 'project_bot', 'active', false
    from generate_series(1, $2::int - (select count(*)::int from access_tokens where project_id = $1)) n
    returning id
  ), members as (
    insert into members (created_at, user_id, project_id, access_level) select now(), id, $1, 40 from bots
  )
  insert into access_tokens (created_at, user_id, project_id, name, scopes, access_level, digest, last_four, expires_at,
    created_by_id, family)
  select now(), id, $1, 'more', '{read_registry,write_registry}', 40, encode(sha256(id::text::bytea), 'hex'), 'none',
    current_date + 60, (select user_id from first_administrator), gen_random_uuid()::text
  from bots`;

/** Spread over 80 days, of all bots and all repositories. */
const EVENTS = `
  with bots as (
    select user_id as id, row_number() over (order by user_id) - 1 as place from access_tokens where project_id = $1
  ), made as (
    select n, now() - n * interval '80 days' / $2 as at, '${LISTED_PROJECT.path}/r' || (1 + n % $3) as repository,
      (select id from bots where place = n % (select count(*) from bots)) as bot
    from generate_series(1, $2::int) n
  ), reported as (
    insert into registry_events (created_at, event_id, happened_at, action, repository, digest, tag, project_id, user_id)
    select at, 'bench-' || n, at, case n % 4 when 0 then 'push' else 'pull' end, repository,
      'sha256:' || encode(sha256((n % 50)::text::bytea), 'hex'), 'v' || n % 50, $1, bot from made
  )
  insert into events (created_at, author_id, action, target_type, target_title, project_id)
  select at, bot, case n % 4 when 0 then 'pushed' else 'pulled' end, 'Image', repository || ':v' || n % 50, $1 from made`;

const COUNTS = `
  insert into registry_event_counts (day, project_id, repository, action, user_id, count)
  select (happened_at at time zone 'UTC')::date, project_id, repository, action, user_id, count(*)
  from registry_events group by 1, 2, 3, 4, 5`;

/** Adds to a seeded database what the pages of LISTED_PROJECT show. */
export async function seedPages({ DATABASE_URL }: Environment): Promise<void> {
  const database = new pg.Client({ connectionString: DATABASE_URL });
  await database.connect();
  try {
    await database.query(MORE_TOKENS, [LISTED_PROJECT.id, MANY.tokens]);
    await database.query(EVENTS, [LISTED_PROJECT.id, MANY.events, MANY.repositories]);
    await database.query(COUNTS);
    await database.query("analyze");
  } finally {
    await database.end();
  }
}
