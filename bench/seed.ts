/** What the service is asked about: as many projects as wanted, each with a token, made by SQL in seconds. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { pino } from "pino";
import { digestSecret, lastFour, makeSecret } from "../src/access-tokens/secret.ts";
import { systemClock } from "../src/clock.ts";
import { readConfig } from "../src/config.ts";
import { systemIds } from "../src/ids.ts";
import { createContainer } from "../src/server/container.ts";
import { prepareInstance } from "../src/server/first-start.ts";

/** Ids begin here, above those of what the first start makes. */
const FIRST_ID = 1000;

/** The ids of what there is one of: a group, and two projects besides those with tokens of their own. */
const GROUP = { id: 900, path: "bench" };
export const OPEN_PROJECT = { id: 901, path: "bench/open" };
export const LISTED_PROJECT = { id: 902, path: "bench/listed" };

/** How many tokens LISTED_PROJECT has. */
const LISTED_TOKENS = 500;

/** At most so many secrets are known, evenly spread over the table: enough to leave the processor's caches. */
const KNOWN_SECRETS = 10_000;

/** A project with a token of its own. */
export interface SeededToken {
  readonly secret: string;
  readonly project: string;
  /** The row of its bot's membership. */
  readonly memberId: number;
}

/**
 * Makes the schema, the first administrator and so many private projects, each with a project access token; a public
 * project without any; and one with 500 tokens. Answers the tokens whose secrets are known.
 */
export async function seed(environment: Readonly<Record<string, string>>, count: number): Promise<SeededToken[]> {
  const config = readConfig({ ...environment, KEYSIDE_DATABASE_TIMEOUT: "300" });
  const log = pino({ level: "silent" });
  const container = await createContainer({ config, clock: systemClock, ids: systemIds, log });
  try {
    await prepareInstance(container);
    const known = knownSecrets(count);
    await container.database.transaction((em) => insertAll(em, count, known));
    await container.database.query({ name: "analyze", text: "analyze" }, []);
    return [...known].map(([number, secret]) => ({
      secret,
      project: `bench/p${number}`,
      memberId: FIRST_ID + number,
    }));
  } finally {
    await container.close();
  }
}

/** By the numbers of their projects, which begin with 1. */
function knownSecrets(count: number): ReadonlyMap<number, string> {
  const known = Math.min(count, KNOWN_SECRETS);
  const numbers = Array.from({ length: known }, (_, index) => 1 + Math.floor((index * count) / known));
  return new Map(numbers.map((number) => [number, makeSecret("kspat-", systemIds)]));
}

async function insertAll(em: SqlEntityManager, count: number, known: ReadonlyMap<number, string>): Promise<void> {
  await em.execute("set constraints all deferred");
  const [role] = await em.execute<{ super: boolean }[]>(
    "select rolsuper as super from pg_roles where rolname = current_user",
  );
  // Neither foreign keys nor triggers look at each row: what is inserted here fits, and no service runs yet.
  if (role?.super === true) await em.execute("set local session_replication_role = replica");
  await insertPlaces(em, count);
  await insertTokens(em, { firstId: FIRST_ID, count, known });
  await insertTokens(em, { firstId: FIRST_ID + count, count: LISTED_TOKENS, projectId: LISTED_PROJECT.id });
  await em.execute(
    "insert into feature_flags (created_at, name, enabled) values (now(), 'resource_access_token', true)",
  );
  for (const table of ["full_paths", "namespaces", "projects", "users", "members", "access_tokens"]) {
    await em.execute(`select setval('${table}_id_seq', (select max(id) from ${table}))`);
  }
}

async function insertPlaces(em: SqlEntityManager, count: number): Promise<void> {
  const one = [GROUP, OPEN_PROJECT, LISTED_PROJECT].map(({ id, path }) => `(${id}, '${path}')`).join(", ");
  await em.execute(`insert into full_paths (id, path) values ${one}`);
  await em.execute(
    `insert into full_paths (id, path) select ${FIRST_ID} + n, 'bench/p' || n from generate_series(1, ${count}) n`,
  );
  await em.execute(
    `insert into namespaces (id, created_at, kind, name, full_path_id)
     values (${GROUP.id}, now(), 'group', '${GROUP.path}', ${GROUP.id})`,
  );
  await em.execute(
    `insert into projects
       (id, created_at, namespace_id, full_path_id, name, visibility, container_registry_enabled, creator_id)
     select f.id, now(), ${GROUP.id}, f.id, f.path, case f.id when ${OPEN_PROJECT.id} then 'public' else 'private' end,
       true, (select user_id from first_administrator)
     from full_paths f where f.id > ${GROUP.id}`,
  );
}

/** Tokens of projects of their own, or all of one project's; each with its bot, as the service makes it. */
interface TokenRows {
  readonly firstId: number;
  readonly count: number;
  readonly projectId?: number;
  /** The secrets of some, by their numbers. */
  readonly known?: ReadonlyMap<number, string>;
}

async function insertTokens(em: SqlEntityManager, rows: TokenRows): Promise<void> {
  const { firstId, count, projectId, known = new Map<number, string>() } = rows;
  const id = `${firstId} + n`;
  const project = projectId ?? id;
  const numbers = `generate_series(1, ${count}) n`;
  await em.execute(
    `insert into users (id, created_at, username, name, email, user_type, state, admin, created_by_id)
     select ${id}, now(), format('project_%s_bot_%s', ${project}, n), 'bench',
       format('project_%s_bot_%s@noreply.localhost', ${project}, n), 'project_bot', 'active', false,
       (select user_id from first_administrator) from ${numbers}`,
  );
  await em.execute(
    `insert into members (id, created_at, user_id, project_id, access_level, created_by_id)
     select ${id}, now(), ${id}, ${project}, 40, (select user_id from first_administrator) from ${numbers}`,
  );
  const secrets = [...known.values()];
  await em.execute(
    `insert into access_tokens (id, created_at, user_id, project_id, name, scopes, access_level, digest, last_four,
       expires_at, created_by_id, family)
     select ${id}, now(), ${id}, ${project}, 'bench', '{read_registry,write_registry}', 40,
       coalesce(k.digest, encode(sha256((${id})::text::bytea), 'hex')), coalesce(k.last_four, 'none'),
       current_date + 30, (select user_id from first_administrator), gen_random_uuid()::text
     from ${numbers} left join unnest(?::int[], ?::text[], ?::text[]) k (number, digest, last_four) on k.number = n`,
    [arrayOf([...known.keys()]), arrayOf(secrets.map(digestSecret)), arrayOf(secrets.map(lastFour))],
  );
}

/** An array of numbers, or of texts without a comma, as PostgreSQL writes it. */
function arrayOf(values: readonly (number | string)[]): string {
  return `{${values.join(",")}}`;
}
