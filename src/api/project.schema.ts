/** Projects as the API lists and writes them, field for field as in GitLab. */
import { z } from "zod";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { ProjectFilter } from "../projects/list-projects.ts";
import { VISIBILITIES } from "../projects/project.entity.ts";
import { accessLevel } from "../schemas/access-level.ts";
import { flag, searchText } from "../schemas/fields.ts";
import { registryAccess } from "../schemas/project-body.ts";
import { namespaceResult } from "./namespace.schema.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** Which projects are wanted. */
export const listProjectsQuery = pageQuery.extend({
  search: searchText(255).optional(),
  search_namespaces: flag().optional(),
  visibility: z.enum(VISIBILITIES).optional(),
  membership: flag().optional(),
  owned: flag().optional(),
  min_access_level: accessLevel.optional(),
  archived: flag().optional(),
  order_by: z.enum(["id", "name", "path", "created_at"]).default("id"),
  sort: z.enum(["asc", "desc"]).default("desc"),
});
/** The parameters of a list of projects, read. */
export type ListProjectsQuery = z.output<typeof listProjectsQuery>;

/** Which projects of a group are wanted. */
export const listGroupProjectsQuery = listProjectsQuery.extend({ include_subgroups: flag().optional() });

const PROJECT_COLUMNS = { id: "id", name: "name", path: "path", created_at: "createdAt" } as const;

/** The filter in a list's query; `owned` takes precedence over `min_access_level`, and that over `membership`. */
export function projectFilter(query: ListProjectsQuery): ProjectFilter {
  const membership = query.membership === true ? ACCESS_LEVELS.guest : undefined;
  return {
    search: query.search,
    visibility: query.visibility,
    minimumAccessLevel: query.owned === true ? ACCESS_LEVELS.owner : (query.min_access_level ?? membership),
    orderBy: PROJECT_COLUMNS[query.order_by],
    direction: query.sort,
  };
}

/** A project, as JSON. */
export const projectResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  path_with_namespace: z.string(),
  name_with_namespace: z.string(),
  description: z.string().nullable(),
  visibility: z.enum(VISIBILITIES),
  container_registry_enabled: z.boolean(),
  container_registry_access_level: registryAccess,
  container_registry_image_prefix: z.string(),
  created_at: z.iso.datetime(),
  last_activity_at: z.iso.datetime(),
  creator_id: z.int(),
  web_url: z.string(),
  /** Null where Git is not served. */
  http_url_to_repo: z.string().nullable(),
  /** Null where Git over SSH is not. */
  ssh_url_to_repo: z.string().nullable(),
  default_branch: z.string().nullable(),
  archived: z.boolean(),
  avatar_url: z.null(),
  topics: z.array(z.string()),
  /** Nothing is ever imported; GitLab's Terraform provider waits for an import to end unless this says that there is none. */
  import_status: z.literal("none"),
  namespace: namespaceResult,
});
