/** A full path, owned by exactly one namespace or project: one table, so that a project and a group can never share a path. */
import { defineEntity, p } from "@mikro-orm/core";

const FullPathSchema = defineEntity({
  name: "FullPath",
  tableName: "full_paths",
  properties: {
    id: p.integer().primary(),
    /** `team/backend/app`: lower-case, without leading or trailing slash. */
    path: p.text().unique(),
  },
});

/** A full path. */
export class FullPath extends FullPathSchema.class {}
FullPathSchema.setClass(FullPath);
