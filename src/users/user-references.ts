/**
 * What happens to a row that refers to a user when that user is deleted. Every feature declares its own references; a test
 * compares the whole list with the foreign keys in the database, so that a new table cannot be forgotten.
 */

/** A column that refers to `users`. */
export interface UserReference {
  readonly table: string;
  readonly column: string;
  /** `ghost`: the record passes to the ghost user. `delete`: the row goes, for the written reason. */
  readonly onDelete: "ghost" | { readonly delete: string };
}

/** The references that accounts themselves hold. */
export const USER_REFERENCES: readonly UserReference[] = [
  { table: "users", column: "created_by_id", onDelete: "ghost" },
];
