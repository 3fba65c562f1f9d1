/** What pages find of tokens: what a bot did last, and what was done with a token and about it. */

/** The statements, in their order. */
export const USES_OF_TOKENS = [
  "drop index registry_events_user_id_index",
  "create index registry_events_user_id_index on registry_events (user_id, project_id, happened_at)",
  "drop index events_token_id_index",
  "create index events_token_id_index on events (token_id, created_at)",
  "create index events_of_token_index on events (target_id, created_at) where target_type = 'AccessToken'",
  "create index access_tokens_ending_index on access_tokens (project_id, expires_at) where revoked_at is null",
  // Of the tokens that are there, what their scopes were used for before is not known. A default fills the column without an
  // update, whose triggers would wait for the end of the transaction and keep a later migration from altering the table.
  "alter table access_tokens add column scope_uses_since timestamptz default now()",
  "alter table access_tokens alter column scope_uses_since drop default",
];
