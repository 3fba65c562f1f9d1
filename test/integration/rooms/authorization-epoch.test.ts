import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../../support/world.ts";

/** What may change without anybody being allowed more or less, and why. All other columns of all tables move the epoch. */
const UNDECIDING: Readonly<Record<string, string>> = {
  "access_tokens.last_used_at": "a record of what happened",
  "access_tokens.last_used_ips": "a record of what happened",
  "access_tokens.last_used_client": "a record of what happened",
  "access_tokens.expiry_recorded_at": "a record of what happened: the date itself ends a token",
  "users.name": "shown to people",
  "users.email": "shown to people; nobody signs in with it",
  "namespaces.name": "shown to people; the path is another column",
  "namespaces.description": "shown to people",
  "projects.name": "shown to people; the path is another column",
  "projects.description": "shown to people",
  "projects.default_branch": "what a clone checks out, whoever may clone",
  events: "a record of what happened",
  git_pushes: "a record of what happened",
  registry_events: "a record of what happened",
  registry_event_counts: "a record of what happened",
  first_administrator: "a record of what happened",
  authentication_failures: "refuses passwords, which are never answered from memory",
  access_token_scope_uses: "a record of what happened",
  access_token_pauses: "a record of what happened",
  refresh_tokens: "are never answered from memory",
  web_sessions: "are for the pages, and no registry asks for them",
  ssh_keys: "are for Git, which is never answered from memory; no registry takes one",
  sign_in_links: "begin web sessions, and nothing else",
  job_runs: "a record of what happened",
  registry_checks: "a record of what happened",
  registry_contacts: "a record of what happened",
  image_repositories: "what the registry has, whoever may have it",
  image_manifests: "what the registry has, whoever may have it",
  catalog_reading: "a record of what happened",
  migrations: "what the schema has become, not who may do what",
  authorization_epoch: "the epoch itself",
};

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

let service: TestService;
let columns: Column[];

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  await createGroup(service, "nobody-refers-to-this");
  const app = await createProject(service, team, "app");
  await createProject(service, team, "other");
  // Leaves a tombstone.
  await service.root.delete(`/projects/${await createProject(service, team, "gone")}`);
  await createProjectAccessToken(service, app);
  const ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 30);
  const names = "table_name as table, column_name as name, data_type as type";
  columns = await sql<Column>(
    `select ${names} from information_schema.columns where table_schema = 'public' and is_generated = 'NEVER' order by table_name, ordinal_position`,
  );
});
afterAll(() => service.stop());

const sql = <Row>(text: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(text, values);
const epoch = () => service.container.authorizationEpoch.confirm();

async function moves(work: () => Promise<unknown>): Promise<boolean> {
  const before = await epoch();
  await work();
  return (await epoch()) !== before;
}

/** Tries one after the other what might be another value; the tables' own constraints refuse some. */
const OTHER_VALUES: Readonly<Record<string, readonly string[]>> = {
  text: [
    ...["private", "internal", "public", "blocked", "human", "group", "user"].map((word) => `'${word}'`),
    "md5(random()::text)",
  ],
  integer: ["users", "projects", "namespaces", "full_paths", "access_tokens"]
    .flatMap((table) => [`(select min(id) from ${table})`, `(select max(id) from ${table})`])
    .concat("null", "20"),
  boolean: ["true", "false"],
  date: ["'2031-01-01'", "null"],
  "timestamp with time zone": ["'2031-01-01'", "null"],
  ARRAY: ["array['read_api']"],
  jsonb: [`'[{"repositories": ["web"], "actions": ["pull"]}]'`],
};

/** Changes a column of one row, and puts it back; whether the epoch moved at the change. */
async function changeMoves({ table, name, type }: Column): Promise<boolean> {
  const rows = await sql<{ id: number }>(`select id from ${table} order by id desc`);
  for (const { id } of rows) {
    for (const value of OTHER_VALUES[type] ?? []) {
      const [old] = await sql<{ value: unknown }>(`select ${name}::text as value from ${table} where id = ?`, [id]);
      const kind = type === "ARRAY" ? "text[]" : type;
      let changed = 0;
      const moved = await moves(async () => {
        const update = `update ${table} set ${name} = ${value} where id = ? and ${name} is distinct from ${value} returning id`;
        changed = (await sql(update, [id]).catch(() => [])).length;
      });
      if (changed === 0) continue;
      await sql(`update ${table} set ${name} = ?::${kind} where id = ?`, [old?.value, id]);
      return moved;
    }
  }
  throw new Error(`no row of ${table} takes another ${name}: add a value of ${type} to OTHER_VALUES`);
}

describe("the authorization epoch", () => {
  it("moves with every column of every table, but for those that decide nothing", async () => {
    const moved: Record<string, boolean> = {};
    const expected: Record<string, boolean> = {};
    for (const column of columns) {
      const name = `${column.table}.${column.name}`;
      // A row never gets another id: it would be another row.
      if (column.name === "id" || column.table in UNDECIDING) continue;
      moved[name] = await changeMoves(column);
      expected[name] = !(name in UNDECIDING);
    }
    expect(moved).toEqual(expected);
    expect(Object.keys(moved).length).toBeGreaterThan(30);
  });

  it("knows of no table or column that is not there", () => {
    const known = new Set(columns.flatMap(({ table, name }) => [table, `${table}.${name}`]));
    expect(Object.keys(UNDECIDING).filter((name) => !known.has(name))).toEqual([]);
  });

  it("moves when a row goes, and when one comes, in each table that decides", async () => {
    const tables = [...new Set(columns.map(({ table }) => table))].filter((table) => !(table in UNDECIDING));
    for (const table of tables) {
      // Each namespace has an Owner, who refers to it.
      if (table === "namespaces") await sql("delete from members");
      const rows = await sql<{ id: number; row: string }>(`select id, to_jsonb(t)::text as row from ${table} t`);
      let wasTried = false;
      for (const { id, row } of rows) {
        const gone = await moves(() => sql(`delete from ${table} where id = ?`, [id]).catch(() => []));
        const [left] = await sql(`select from ${table} where id = ?`, [id]);
        if (left !== undefined) continue; // something refers to it
        const names = columns.flatMap(({ table: of, name }) => (of === table ? [name] : [])).join(", ");
        const insert = `insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${table}, ?::jsonb)`;
        expect([table, gone, await moves(() => sql(insert, [row]))]).toEqual([table, true, true]);
        wasTried = true;
        break;
      }
      expect([table, wasTried]).toEqual([table, true]);
    }
  });

  it("moves when a table is emptied at once", async () => {
    expect(await moves(() => sql("truncate feature_flags"))).toBe(true);
  });

  it("moves with the transaction: not before its end, and not when it is rolled back", async () => {
    const { database } = service.container;
    const change = "update projects set container_registry_enabled = not container_registry_enabled";
    const before = await epoch();
    const failed = database.transaction(async (em) => {
      await em.execute(change);
      throw new Error("rolled back");
    });
    await expect(failed).rejects.toThrow("rolled back");
    expect(await epoch()).toBe(before);
    expect(await moves(() => database.transaction((em) => em.execute(change)))).toBe(true);
  });

  it("does not move when what is written is what was there", async () => {
    expect(await moves(() => sql("update projects set visibility = visibility"))).toBe(false);
    expect(await moves(() => sql("select 1"))).toBe(false);
  });
});
