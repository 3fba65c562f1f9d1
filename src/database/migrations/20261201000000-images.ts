/** What is known of the images in the registry: its repositories as it listed them, and what was read of manifests. */

/** The statements, in their order. */
export const IMAGES = [
  `create table image_repositories (
    name text primary key,
    seen_at timestamptz not null
  )`,
  "create index image_repositories_name_index on image_repositories (name text_pattern_ops)",
  // One row: what became of reading the registry's catalog, who reads it now, and whether somebody waits for it.
  `create table catalog_reading (
    id int primary key constraint catalog_reading_id_check check (id = 1),
    wanted_at timestamptz,
    leased_until timestamptz,
    tried_at timestamptz,
    read_at timestamptz,
    problem text
  )`,
  "insert into catalog_reading (id) values (1)",
  `create table image_manifests (
    digest text primary key,
    kept_at timestamptz not null,
    manifest jsonb not null
  )`,
  "create index image_manifests_kept_at_index on image_manifests (kept_at)",
  "create index registry_events_pushed_repositories_index on registry_events (repository, happened_at) where action = 'push'",
  "create index registry_events_pushed_tags_index on registry_events (repository, tag, happened_at) where action = 'push'",
  "create index registry_events_pulled_digests_index on registry_events (repository, digest, happened_at) where action = 'pull'",
  "create index registry_events_deleted_repositories_index on registry_events (repository, happened_at) where action = 'delete'",
];
