/** A full path, owned by one namespace or project. With one table, a project and a group cannot share a path. */
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
