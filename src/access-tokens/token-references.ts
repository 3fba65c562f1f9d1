/** What becomes of access tokens' records when the user that they refer to is deleted; they are revoked by then. */
import type { UserReference } from "../users/user-references.ts";

export const TOKEN_REFERENCES: readonly UserReference[] = [
  { table: "access_tokens", column: "user_id", onDelete: "ghost" },
  { table: "access_tokens", column: "created_by_id", onDelete: "ghost" },
  { table: "access_tokens", column: "revoked_by_id", onDelete: "ghost" },
];
