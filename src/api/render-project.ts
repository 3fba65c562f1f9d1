/**
 * Projects and groups as JSON. Data from other tables is read in two queries, however many there are. Of a group that the
 * caller does not see, only what the full path says is told: the last segment stands in the place of its name.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { z } from "zod";
import type { Links } from "../links.ts";
import { findNames } from "../namespaces/find-names.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { lastSegment } from "../namespaces/path.ts";
import type { Principal } from "../principals/principal.ts";
import type { Project } from "../projects/project.entity.ts";
import type { groupResult } from "./group.schema.ts";
import { renderNamespace } from "./namespace.schema.ts";
import type { projectResult } from "./project.schema.ts";

/** Renders projects; their full paths, namespaces and namespaces' full paths are loaded. */
export async function renderProjects(
  em: SqlEntityManager,
  links: Links,
  caller: Principal,
  projects: readonly Project[],
): Promise<z.input<typeof projectResult>[]> {
  const names = await findNames(
    em,
    caller,
    projects.map(({ namespace }) => namespace.fullPath.path),
  );
  const activity = await findLastActivity(
    em,
    projects.map(({ id }) => id),
  );
  return projects.map((project) => {
    const path = project.fullPath.path;
    return {
      id: project.id,
      name: project.name,
      path: lastSegment(path),
      path_with_namespace: path,
      name_with_namespace: `${names.full(project.namespace.fullPath.path)} / ${project.name}`,
      description: project.description ?? null,
      visibility: project.visibility,
      container_registry_enabled: project.containerRegistryEnabled,
      container_registry_access_level: project.containerRegistryEnabled ? "enabled" : "disabled",
      container_registry_image_prefix: links.image(path),
      created_at: project.createdAt.toISOString(),
      last_activity_at: (activity.get(project.id) ?? project.createdAt).toISOString(),
      creator_id: project.creator.id,
      web_url: links.web(path),
      http_url_to_repo: links.gitHttp(path),
      ssh_url_to_repo: links.gitSsh(path),
      default_branch: project.defaultBranch ?? null,
      archived: false,
      avatar_url: null,
      topics: [],
      import_status: "none",
      namespace: renderNamespace(project.namespace, links, names.own(project.namespace.fullPath.path)),
    };
  });
}

/** Renders groups; their full paths are loaded. */
export async function renderGroups(
  em: SqlEntityManager,
  links: Links,
  caller: Principal,
  groups: readonly Namespace[],
): Promise<z.input<typeof groupResult>[]> {
  const names = await findNames(
    em,
    caller,
    groups.map(({ fullPath }) => fullPath.path),
  );
  return groups.map((group) => {
    const path = group.fullPath.path;
    return {
      id: group.id,
      name: group.name,
      path: lastSegment(path),
      description: group.description ?? null,
      // Only members see a group.
      visibility: "private",
      full_path: path,
      full_name: names.full(path),
      parent_id: group.parent?.id ?? null,
      created_at: group.createdAt.toISOString(),
      avatar_url: null,
      web_url: links.web(`groups/${path}`),
    };
  });
}

/** When something last happened in each project: one entry of the index a project, however many events there are. */
async function findLastActivity(em: SqlEntityManager, projectIds: readonly number[]): Promise<Map<number, Date>> {
  if (projectIds.length === 0) return new Map();
  const rows = await em.execute<{ project_id: number; at: string | Date | null }[]>(
    `select id as project_id, (select max(created_at) from events where project_id = projects.id) as at
     from projects where id in (?)`,
    [projectIds],
  );
  return new Map(rows.flatMap(({ project_id, at }) => (at === null ? [] : [[project_id, new Date(at)]])));
}
