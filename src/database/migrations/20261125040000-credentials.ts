/** An event may name an address, and a refresh token has a last use and dies with its user's block. */

/** The statements, in their order. */
export const CREDENTIALS = [
  "alter table events add column address text",
  "alter table refresh_tokens add column last_used_at timestamptz",
  "delete from refresh_tokens where user_id in (select id from users where state = 'blocked')",
];
