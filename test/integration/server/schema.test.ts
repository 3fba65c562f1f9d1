import type { EntityMetadata } from "@mikro-orm/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENTITIES } from "../../../src/server/container.ts";
import { USER_REFERENCES } from "../../../src/users/user-references.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

const OUR_TABLES = "table_schema = 'public' and table_name not like 'migrations%'";

const migratedColumns = () =>
  service.container.database.em().execute<Column[]>(
    `select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable
     from information_schema.columns where ${OUR_TABLES} order by 1, 2`,
  );

/** PostgreSQL's names for the types that entities are declared with. */
const TYPES: Readonly<Record<string, string>> = {
  int: "int4",
  serial: "int4",
  text: "text",
  "text[]": "_text",
  boolean: "bool",
  date: "date",
  timestamptz: "timestamptz",
};

function declaredColumns(metadata: EntityMetadata): Column[] {
  return metadata.props.flatMap(({ fieldNames, columnTypes, nullable }) =>
    fieldNames.map((column, index) => {
      const type = columnTypes[index] ?? "";
      return { table: metadata.tableName, column, type: TYPES[type] ?? type, nullable: nullable === true };
    }),
  );
}

const byName = (one: Column, other: Column) =>
  `${one.table}.${one.column}` < `${other.table}.${other.column}` ? -1 : 1;

describe("the migrated schema", () => {
  it("has exactly the columns that the entities declare, of their types and nullability", async () => {
    const storage = service.container.database.em().getMetadata();
    const entities = [...storage.getAll().values()];
    expect(entities).toHaveLength(ENTITIES.length);
    const declared = entities.flatMap(declaredColumns);
    // The tables of hot paths have no entity: they are written and read in SQL alone.
    const tables = new Set(entities.map(({ tableName }) => tableName));
    const migrated = (await migratedColumns()).filter(({ table }) => tables.has(table));
    expect(declared.sort(byName)).toEqual(migrated.sort(byName));
  });

  it("has an index that begins with the column of each foreign key", async () => {
    const bare = await service.container.database.em().execute(
      `select c.conrelid::regclass::text as "table", a.attname as "column"
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       where c.contype = 'f' and not exists (
         select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`,
    );
    // Settings are few, and looked up by name.
    expect(bare).toEqual([{ table: "feature_flags", column: "project_id" }]);
  });

  it("is there before the second start, which changes nothing", async () => {
    const before = await migratedColumns();
    await service.container.database.prepare(() => Promise.resolve());
    expect(await migratedColumns()).toEqual(before);
  });
});

describe("the deletion of a user", () => {
  const foreignKeys = () =>
    service.container.database.em().execute<{ table: string; column: string }[]>(
      `select k.table_name as "table", k.column_name as "column"
       from information_schema.referential_constraints r
       join information_schema.key_column_usage k on k.constraint_name = r.constraint_name and k.constraint_schema = r.constraint_schema
       join information_schema.constraint_column_usage u on u.constraint_name = r.constraint_name and u.constraint_schema = r.constraint_schema
       where u.table_name = 'users' order by 1, 2`,
    );
  const named = (references: readonly { table: string; column: string }[]) =>
    references.map(({ table, column }) => `${table}.${column}`).sort((one, other) => (one < other ? -1 : 1));

  it("knows what becomes of every foreign key to users, and of nothing else", async () => {
    const keys = await foreignKeys();
    expect(keys.length).toBeGreaterThan(0);
    expect(named(USER_REFERENCES)).toEqual(named(keys));
  });

  it("gives a reason for every row that goes in the place of passing to the ghost", () => {
    const reasons = USER_REFERENCES.flatMap(({ onDelete }) =>
      typeof onDelete === "object" && "delete" in onDelete ? [onDelete.delete] : [],
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) {
      expect(reason.split(" ").length).toBeGreaterThan(4);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  it("leaves it to no foreign key to delete or empty rows by itself", async () => {
    const rules = await service.container.database.em().execute(
      `select r.constraint_name, r.delete_rule from information_schema.referential_constraints r
       join information_schema.constraint_column_usage u on u.constraint_name = r.constraint_name and u.constraint_schema = r.constraint_schema
       where u.table_name = 'users' and r.delete_rule <> 'NO ACTION'`,
    );
    expect(rules).toEqual([]);
  });
});
