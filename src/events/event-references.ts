/** What becomes of events when their author is deleted. */
import type { UserReference } from "../users/user-references.ts";

export const EVENT_REFERENCES: readonly UserReference[] = [{ table: "events", column: "author_id", onDelete: "ghost" }];
