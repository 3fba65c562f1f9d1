/**
 * The one list of what happens to rows that refer to a user when that user is deleted. A test compares it with the
 * foreign keys in the database, so that a new table cannot be forgotten.
 */

/** A column that refers to `users`. */
export interface UserReference {
  readonly table: string;
  readonly column: string;
  /**
   * `ghost`: the record passes to the ghost user. `addUp`: so does it, but the ghost may have a row of the same `key`
   * already, and the number in the column `addUp` is added to that. `delete`: the row is deleted, for the reason given here.
   */
  readonly onDelete:
    | "ghost"
    | { readonly addUp: string; readonly key: readonly string[] }
    | { readonly delete: string };
}

/** Every reference to users in the database. @see docs/spec/access-tokens.md "Revoking" */
export const USER_REFERENCES: readonly UserReference[] = [
  { table: "users", column: "created_by_id", onDelete: "ghost" },
  { table: "projects", column: "creator_id", onDelete: "ghost" },
  { table: "members", column: "user_id", onDelete: { delete: "a membership is of no use to anybody but its user" } },
  { table: "members", column: "created_by_id", onDelete: "ghost" },
  { table: "access_tokens", column: "user_id", onDelete: "ghost" },
  { table: "access_tokens", column: "created_by_id", onDelete: "ghost" },
  { table: "access_tokens", column: "revoked_by_id", onDelete: "ghost" },
  { table: "events", column: "author_id", onDelete: "ghost" },
  {
    table: "refresh_tokens",
    column: "user_id",
    onDelete: { delete: "a refresh token signs its user in: it must end with the user, not pass to the ghost" },
  },
  {
    table: "web_sessions",
    column: "user_id",
    onDelete: { delete: "a web session signs its user in: it must end with the user, not pass to the ghost" },
  },
  {
    table: "sign_in_links",
    column: "user_id",
    onDelete: { delete: "a sign-in link signs its user in: it must end with the user, not pass to the ghost" },
  },
  {
    table: "sign_in_links",
    column: "created_by_id",
    onDelete: { delete: "a sign-in link is worth what its maker may do: once they are gone, it lets nobody in" },
  },
  {
    table: "ssh_keys",
    column: "user_id",
    onDelete: { delete: "an SSH key signs its user in: it must end with the user, not pass to the ghost" },
  },
  // There is a first administrator only once, whatever becomes of the account.
  { table: "first_administrator", column: "user_id", onDelete: "ghost" },
  { table: "git_pushes", column: "user_id", onDelete: "ghost" },
  { table: "registry_checks", column: "user_id", onDelete: "ghost" },
  { table: "registry_events", column: "user_id", onDelete: "ghost" },
  {
    table: "registry_event_counts",
    column: "user_id",
    onDelete: { addUp: "count", key: ["day", "project_id", "repository", "action"] },
  },
];
