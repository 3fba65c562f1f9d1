/** Namespaces as the API reads and writes them, field for field as in GitLab. */
import { z } from "zod";
import type { Links } from "../links.ts";
import type { NamespaceFilter } from "../namespaces/list-namespaces.ts";
import { NAMESPACE_KINDS, type Namespace } from "../namespaces/namespace.entity.ts";
import { lastSegment } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { flag, searchText } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** Which namespaces are wanted. */
export const listNamespacesQuery = pageQuery.extend({
  search: searchText(255).optional(),
  owned_only: flag().optional(),
  top_level_only: flag().optional(),
});

/** The filter in a list's query. */
export function namespaceFilter(query: z.output<typeof listNamespacesQuery>): NamespaceFilter {
  return {
    search: query.search,
    minimumAccessLevel: query.owned_only === true ? ACCESS_LEVELS.owner : undefined,
    topLevelOnly: query.top_level_only === true,
  };
}

/** A namespace, as JSON; a project has its own inside it. */
export const namespaceResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  kind: z.enum(NAMESPACE_KINDS),
  full_path: z.string(),
  parent_id: z.int().nullable(),
  avatar_url: z.null(),
  web_url: z.string(),
});

/** A namespace as JSON; its full path is loaded. `name` is what its reader may know of its name. */
export function renderNamespace(
  namespace: Namespace,
  links: Links,
  name = namespace.name,
): z.input<typeof namespaceResult> {
  const path = namespace.fullPath.path;
  return {
    id: namespace.id,
    name,
    path: lastSegment(path),
    kind: namespace.kind,
    full_path: path,
    parent_id: namespace.parent?.id ?? null,
    avatar_url: null,
    web_url: links.web(namespace.kind === "group" ? `groups/${path}` : path),
  };
}
