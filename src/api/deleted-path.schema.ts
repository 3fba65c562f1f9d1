/** Paths of what was deleted, as the API writes them; GitLab has nothing of the kind. */
import { z } from "zod";
import type { DeletedPath } from "../namespaces/find-deleted-path.ts";
import { text } from "../schemas/fields.ts";

/** The parameters of one path. */
export const deletedPathParams = z.object({ path: text(1000).transform((value) => value.toLowerCase()) });

/** A path of something that was deleted, as JSON. */
export const deletedPathResult = z.object({
  path: z.string(),
  deleted_at: z.iso.datetime(),
  namespace_id: z.int().nullable(),
  /** The first 100 of `repositories_total`. */
  repositories: z.array(z.object({ name: z.string(), last_reported_on: z.iso.date() })),
  repositories_total: z.int(),
});

/** A path of something that was deleted. */
export function renderDeletedPath(deleted: DeletedPath): z.input<typeof deletedPathResult> {
  return {
    path: deleted.path,
    deleted_at: deleted.deletedAt.toISOString(),
    namespace_id: deleted.namespaceId,
    repositories: deleted.repositories.map(({ name, lastReportedOn }) => ({ name, last_reported_on: lastReportedOn })),
    repositories_total: deleted.repositoryCount,
  };
}
