/**
 * A full path, owned by one namespace or project. With one table, a project and a group cannot share a path. Of what was
 * deleted, a tombstone is left: the path without an owner.
 */
import { defineEntity, p } from "@mikro-orm/core";

const FullPathSchema = defineEntity({
  name: "FullPath",
  tableName: "full_paths",
  properties: {
    id: p.integer().primary(),
    /** `team/backend/app`: lower-case, without leading or trailing slash. */
    path: p.text().unique(),
    /** When what had the path was deleted; null while it is there. */
    deletedAt: p.datetime().columnType("timestamptz").nullable(),
    /**
     * Of a tombstone alone: the namespace that it was in, while that exists. A plain number, since a namespace has a full
     * path itself.
     */
    namespaceId: p.integer().nullable(),
  },
});

/** A full path. */
export class FullPath extends FullPathSchema.class {}
FullPathSchema.setClass(FullPath);
