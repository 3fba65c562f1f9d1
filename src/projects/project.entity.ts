/** A project: what a project access token opens. Its full path is a row of its own. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { FullPath } from "../namespaces/full-path.entity.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { User } from "../users/user.entity.ts";

/** Who sees a project: its members, every human who is signed in, or everybody. */
export const VISIBILITIES = ["private", "internal", "public"] as const;
/** One of the visibilities. */
export type Visibility = (typeof VISIBILITIES)[number];

const ProjectSchema = defineEntity({
  name: "Project",
  tableName: "projects",
  properties: {
    ...baseProperties,
    namespace: () => p.manyToOne(Namespace),
    fullPath: () => p.oneToOne(FullPath).owner(),
    name: p.text(),
    description: p.text().nullable(),
    visibility: p.enum(VISIBILITIES),
    containerRegistryEnabled: p.boolean(),
    /** The branch that a clone checks out; null until something is pushed. */
    defaultBranch: p.text().nullable(),
    /** Names the directory of its Git repository; the database makes it up. */
    repositoryKey: p.text().unique().defaultRaw("replace(gen_random_uuid()::text, '-', '')"),
    creator: () => p.manyToOne(User).ref(),
  },
});

/** A project. */
export class Project extends ProjectSchema.class {}
ProjectSchema.setClass(Project);
