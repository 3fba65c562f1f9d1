/**
 * What keeps credentials from making stronger ones: the operator's token has every scope, an event may name an address,
 * and a refresh token has a last use and dies with its user's block.
 */

/**
 * The operator's token, which the command line uses, had `api` alone until now, and could create nothing stronger. It is
 * recognised by what the first start wrote: nobody else names and describes a token like this.
 */
export const WIDEN_OPERATOR_TOKEN = `
  update access_tokens t set scopes = array['api', 'read_api', 'read_registry', 'write_registry', 'delete_registry',
    'read_repository', 'write_repository', 'self_rotate']
  from users u
  where u.id = t.user_id and u.username = 'root' and t.created_by_id = u.id and t.project_id is null
    and t.name = 'Operator''s token' and starts_with(t.description, 'For the keyside command on the server''s own machine; in ')
    and t.expires_at is null and t.revoked_at is null and t.scopes = array['api']`;

/** The statements, in their order. */
export const CREDENTIALS = [
  WIDEN_OPERATOR_TOKEN,
  "alter table events add column address text",
  "alter table refresh_tokens add column last_used_at timestamptz",
  "delete from refresh_tokens where user_id in (select id from users where state = 'blocked')",
];
