/** What becomes of the registry's records when the user that they refer to is deleted. */
import type { UserReference } from "../users/user-references.ts";

export const REGISTRY_REFERENCES: readonly UserReference[] = [
  {
    table: "refresh_tokens",
    column: "user_id",
    onDelete: { delete: "a refresh token signs its user in: it must end with the user, not pass to the ghost" },
  },
  { table: "registry_events", column: "user_id", onDelete: "ghost" },
];
