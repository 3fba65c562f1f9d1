/** What the token endpoint stores: refresh tokens, failed sign-ins, and what registries report. */

/** The SQL statements of this migration, in order. */
export const TOKEN_ENDPOINT = [
  `create table refresh_tokens (
    id serial primary key,
    created_at timestamptz not null,
    user_id int not null constraint refresh_tokens_user_id_foreign references users (id),
    service text not null,
    client_id text,
    digest text not null constraint refresh_tokens_digest_unique unique,
    last_four text not null,
    password_fingerprint text not null
  )`,
  "create index refresh_tokens_user_id_index on refresh_tokens (user_id)",
  `create table authentication_failures (
    network text not null,
    secret_digest text not null,
    failed_at timestamptz not null,
    constraint authentication_failures_primary primary key (network, secret_digest)
  )`,
  "create index authentication_failures_failed_at_index on authentication_failures (failed_at)",
  `create table registry_events (
    id serial primary key,
    created_at timestamptz not null,
    event_id text not null constraint registry_events_event_id_unique unique,
    happened_at timestamptz not null,
    action text not null constraint registry_events_action_check check (action in ('push', 'pull', 'mount', 'delete')),
    repository text not null,
    from_repository text,
    digest text,
    tag text,
    media_type text,
    project_id int constraint registry_events_project_id_foreign references projects (id) on delete set null,
    user_id int constraint registry_events_user_id_foreign references users (id)
  )`,
  "create index registry_events_project_id_index on registry_events (project_id)",
  "create index registry_events_user_id_index on registry_events (user_id)",
];
