/** A project, which owns image repositories and project access tokens. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { FullPath } from "../namespaces/full-path.entity.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { User } from "../users/user.entity.ts";

/** Who may see a project: its members, every signed-in human, or everybody. */
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
    creator: () => p.manyToOne(User).ref(),
  },
});

/** A project. */
export class Project extends ProjectSchema.class {}
ProjectSchema.setClass(Project);
