/** Who is signed in to the pages, and the links by which one may sign in to them. */

/** The statements, in their order. */
export const WEB_SESSIONS = [
  `create table web_sessions (
    id serial primary key,
    created_at timestamptz not null,
    user_id int not null constraint web_sessions_user_id_foreign references users (id),
    method text not null constraint web_sessions_method_check check (method in ('password', 'link')),
    digest text not null constraint web_sessions_digest_unique unique,
    last_seen_at timestamptz not null,
    confirmed_at timestamptz not null,
    network text not null,
    browser text,
    password_fingerprint text
  )`,
  "create index web_sessions_user_id_index on web_sessions (user_id, last_seen_at)",
  "create index web_sessions_last_seen_at_index on web_sessions (last_seen_at)",
  "create index web_sessions_created_at_index on web_sessions (created_at)",
  `create table sign_in_links (
    id serial primary key,
    created_at timestamptz not null,
    user_id int not null constraint sign_in_links_user_id_foreign references users (id),
    created_by_id int not null constraint sign_in_links_created_by_id_foreign references users (id),
    kind text not null constraint sign_in_links_kind_check check (kind in ('sign_in', 'invitation')),
    digest text not null constraint sign_in_links_digest_unique unique,
    expires_at timestamptz not null,
    constraint sign_in_links_user_id_kind_unique unique (user_id, kind)
  )`,
  "create index sign_in_links_created_by_id_index on sign_in_links (created_by_id)",
  "create index sign_in_links_expires_at_index on sign_in_links (expires_at)",
];
