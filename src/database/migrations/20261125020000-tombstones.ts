/** Paths of what was deleted stay, since images stay under them. */

/** The statements, in their order. What was deleted before this migration left no trace, and its path is free. */
export const TOMBSTONES = [
  "alter table full_paths add column deleted_at timestamptz",
  `alter table full_paths add column namespace_id int
    constraint full_paths_namespace_id_foreign references namespaces (id) on delete set null`,
  `alter table full_paths add constraint full_paths_namespace_of_deleted_check
    check (namespace_id is null or deleted_at is not null)`,
  "create index full_paths_namespace_id_index on full_paths (namespace_id)",
  "create index full_paths_deleted_index on full_paths (path) where deleted_at is not null",
];
