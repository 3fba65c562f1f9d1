/** Makes projects. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { claimPath } from "./create-namespace.ts";
import type { Namespace } from "./namespace.entity.ts";
import { Project, type Visibility } from "./project.entity.ts";

/** What a project is made from. */
export interface CreateProjectInput {
  readonly namespace: Namespace;
  /** The last segment of its path. */
  readonly path: string;
  readonly name: string;
  readonly description: string | null;
  readonly visibility: Visibility;
  readonly containerRegistryEnabled: boolean;
  readonly creatorId: number;
  readonly now: Date;
}

/**
 * Makes a project inside the caller's transaction.
 *
 * @throws ConflictError when the path is taken by a namespace or a project
 */
export async function createProject(em: SqlEntityManager, input: CreateProjectInput): Promise<Project> {
  const route = await claimPath(em, `${input.namespace.route.path}/${input.path}`);
  const project = em.create(Project, {
    createdAt: input.now,
    namespace: input.namespace,
    route,
    name: input.name,
    description: input.description,
    visibility: input.visibility,
    containerRegistryEnabled: input.containerRegistryEnabled,
    creator: input.creatorId,
  });
  await em.flush();
  return project;
}
