/** The first tables: users, routes, namespaces, projects, members, access tokens, feature flags. */

/** The SQL statements of this migration, in order. */
export const FIRST = [
  `create table users (
    id serial primary key,
    created_at timestamptz not null,
    username text not null constraint users_username_unique unique,
    name text not null,
    email text not null constraint users_email_unique unique,
    user_type text not null constraint users_user_type_check check (user_type in ('human', 'project_bot', 'ghost')),
    state text not null constraint users_state_check check (state in ('active', 'blocked')),
    admin boolean not null,
    password_digest text,
    created_by_id int constraint users_created_by_id_foreign references users (id)
  )`,
  "create unique index users_one_ghost on users (user_type) where user_type = 'ghost'",
  "create index users_created_by_id_index on users (created_by_id)",
  `create table routes (
    id serial primary key,
    path text not null constraint routes_path_unique unique
  )`,
  `create table namespaces (
    id serial primary key,
    created_at timestamptz not null,
    kind text not null constraint namespaces_kind_check check (kind in ('user', 'group')),
    name text not null,
    route_id int not null constraint namespaces_route_id_unique unique
      constraint namespaces_route_id_foreign references routes (id),
    parent_id int constraint namespaces_parent_id_foreign references namespaces (id)
  )`,
  "create index namespaces_parent_id_index on namespaces (parent_id)",
  `create table projects (
    id serial primary key,
    created_at timestamptz not null,
    namespace_id int not null constraint projects_namespace_id_foreign references namespaces (id),
    route_id int not null constraint projects_route_id_unique unique
      constraint projects_route_id_foreign references routes (id),
    name text not null,
    description text,
    visibility text not null constraint projects_visibility_check check (visibility in ('private', 'internal', 'public')),
    container_registry_enabled boolean not null,
    creator_id int not null constraint projects_creator_id_foreign references users (id)
  )`,
  "create index projects_namespace_id_index on projects (namespace_id)",
  "create index projects_creator_id_index on projects (creator_id)",
  `create table members (
    id serial primary key,
    created_at timestamptz not null,
    user_id int not null constraint members_user_id_foreign references users (id),
    project_id int constraint members_project_id_foreign references projects (id),
    namespace_id int constraint members_namespace_id_foreign references namespaces (id),
    access_level int not null constraint members_access_level_check check (access_level in (10, 20, 30, 40, 50)),
    created_by_id int constraint members_created_by_id_foreign references users (id),
    constraint members_of_one_thing_check check (num_nonnulls(project_id, namespace_id) = 1)
  )`,
  "create unique index members_user_project_unique on members (user_id, project_id) where project_id is not null",
  "create unique index members_user_namespace_unique on members (user_id, namespace_id) where namespace_id is not null",
  "create index members_project_id_index on members (project_id)",
  "create index members_namespace_id_index on members (namespace_id)",
  "create index members_created_by_id_index on members (created_by_id)",
  `create table access_tokens (
    id serial primary key,
    created_at timestamptz not null,
    user_id int not null constraint access_tokens_user_id_foreign references users (id),
    project_id int constraint access_tokens_project_id_foreign references projects (id),
    name text not null,
    description text,
    scopes text[] not null,
    access_level int,
    digest text not null constraint access_tokens_digest_unique unique,
    last_four text not null,
    expires_at date,
    created_by_id int not null constraint access_tokens_created_by_id_foreign references users (id),
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by_id int constraint access_tokens_revoked_by_id_foreign references users (id)
  )`,
  "create index access_tokens_user_id_index on access_tokens (user_id)",
  "create index access_tokens_project_id_index on access_tokens (project_id)",
  "create index access_tokens_created_by_id_index on access_tokens (created_by_id)",
  "create index access_tokens_revoked_by_id_index on access_tokens (revoked_by_id)",
  `create table feature_flags (
    id serial primary key,
    created_at timestamptz not null,
    name text not null,
    project_id int constraint feature_flags_project_id_foreign references projects (id) on delete cascade,
    enabled boolean not null
  )`,
  "create unique index feature_flags_instance_unique on feature_flags (name) where project_id is null",
  "create unique index feature_flags_project_unique on feature_flags (name, project_id) where project_id is not null",
];
