/** What becomes of projects' records when the user that they refer to is deleted. */
import type { UserReference } from "../users/user-references.ts";

export const PROJECT_REFERENCES: readonly UserReference[] = [
  { table: "members", column: "user_id", onDelete: { delete: "a membership is of no use to anybody but its user" } },
  { table: "members", column: "created_by_id", onDelete: "ghost" },
  { table: "projects", column: "creator_id", onDelete: "ghost" },
];
