/** Token families, the record of who did what, and descriptions of groups. */

/** The statements, in their order. */
export const LIFECYCLE = [
  "alter table access_tokens add column family text",
  "update access_tokens set family = gen_random_uuid()::text",
  "alter table access_tokens alter column family set not null",
  `alter table access_tokens add column predecessor_id int
    constraint access_tokens_predecessor_id_unique unique
    constraint access_tokens_predecessor_id_foreign references access_tokens (id)`,
  "alter table access_tokens add column expiry_recorded_at timestamptz",
  // At most one unrevoked token in a family, whatever the service does.
  "create unique index access_tokens_family_unrevoked_unique on access_tokens (family) where revoked_at is null",
  "create index access_tokens_expires_at_index on access_tokens (expires_at) where revoked_at is null",
  `create table events (
    id serial primary key,
    created_at timestamptz not null,
    author_id int not null constraint events_author_id_foreign references users (id),
    action text not null,
    target_type text not null,
    target_id int,
    target_title text not null,
    project_id int constraint events_project_id_foreign references projects (id) on delete set null,
    token_id int constraint events_token_id_foreign references access_tokens (id) on delete set null
  )`,
  "create index events_author_id_index on events (author_id, created_at)",
  "create index events_project_id_index on events (project_id, created_at)",
  "create index events_token_id_index on events (token_id)",
  "alter table namespaces add column description text",
];
