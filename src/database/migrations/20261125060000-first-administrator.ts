/** The record that a database has had its first administrator, and one live operator's token in the place of many. */

/** The operator's tokens that starts left behind, as they were named and described until now. */
const LEFT_BEHIND = `revoked_at is null and project_id is null and name = 'Operator''s token'
  and description like 'For the keyside command on the server''s own machine; in %'
  and user_id = (select user_id from first_administrator)`;

/** The statements, in their order. */
export const FIRST_ADMINISTRATOR = [
  `create table first_administrator (
    id int primary key constraint first_administrator_one_row_check check (id = 1),
    created_at timestamptz not null,
    user_id int constraint first_administrator_user_id_unique unique
      constraint first_administrator_user_id_foreign references users (id),
    signed_in_at timestamptz
  )`,
  // A database with any administrator has had its first one, though that may be deleted by now.
  `insert into first_administrator (id, created_at, user_id)
   select 1, min(created_at), (select id from users where username = 'root' and user_type = 'human')
   from users where user_type = 'human' and admin having count(*) > 0`,
  // The one that was used last stays; what each further data directory left in the database ends.
  `update access_tokens set family = 'operator' where id = (
     select id from access_tokens where ${LEFT_BEHIND} order by last_used_at desc nulls last, id desc limit 1)`,
  `update access_tokens set revoked_at = now(), revoked_by_id = (select id from users where user_type = 'ghost')
   where ${LEFT_BEHIND} and family <> 'operator'`,
];
