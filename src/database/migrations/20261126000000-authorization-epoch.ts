/**
 * The authorization epoch: a value that every transaction changes which changes who may do what, as a part of it. It has no
 * order: a standby that lost the last changes and went on counting would come to a number that has meant something else.
 */

/** The tables that decide who may do what, with the columns that anything may change without deciding anything. */
const DECIDING: Readonly<Record<string, readonly string[]>> = {
  access_tokens: ["last_used_at", "expiry_recorded_at"],
  users: ["name", "email"],
  full_paths: [],
  namespaces: ["name", "description"],
  projects: ["name", "description"],
  members: [],
  feature_flags: [],
};

/** The statements, in their order. */
export const AUTHORIZATION_EPOCH = [
  `create table authorization_epoch (
    id int primary key constraint authorization_epoch_one_row_check check (id = 1),
    value uuid not null
  )`,
  "insert into authorization_epoch (id, value) values (1, gen_random_uuid())",
  // Once a transaction is enough, however many rows it changes. The embedded database listens; PostgreSQL is asked.
  `create function raise_authorization_epoch() returns trigger language plpgsql set search_path from current as $$
    begin
      if current_setting('keyside.epoch_raised_in', true) is distinct from txid_current()::text then
        perform set_config('keyside.epoch_raised_in', txid_current()::text, true);
        update authorization_epoch set value = gen_random_uuid() where id = 1;
        perform pg_notify('authorization_epoch', '');
      end if;
      return null;
    end
  $$`,
  ...Object.entries(DECIDING).flatMap(([table, others]) => triggers(table, others)),
];

/**
 * Deferred to the commit: then the epoch's row, which all such transactions change, is locked last and for as short as can
 * be, so that no order of locks can make two of them wait for each other. What is updated is compared by its values, so
 * that a column counts unless it is named here.
 */
function triggers(table: string, others: readonly string[]): string[] {
  const decides = (row: string) => `(to_jsonb(${row}) - '{${others.join(",")}}'::text[])`;
  const deferred = "deferrable initially deferred for each row";
  const raise = "execute function raise_authorization_epoch()";
  return [
    `create constraint trigger ${table}_raise_epoch after insert or delete on ${table} ${deferred} ${raise}`,
    `create constraint trigger ${table}_raise_epoch_on_update after update on ${table} ${deferred}
     when (${decides("old")} is distinct from ${decides("new")}) ${raise}`,
    `create trigger ${table}_raise_epoch_on_truncate after truncate on ${table} for each statement ${raise}`,
  ];
}
