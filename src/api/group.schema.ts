/** Groups as the API lists and writes them, field for field as in GitLab. */
import { z } from "zod";
import type { GroupFilter } from "../groups/list-groups.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { accessLevel } from "../schemas/access-level.ts";
import { flag, searchText } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** Which groups are wanted. */
export const listGroupsQuery = pageQuery.extend({
  search: searchText(255).optional(),
  owned: flag().optional(),
  min_access_level: accessLevel.optional(),
  top_level_only: flag().optional(),
  order_by: z.enum(["name", "path", "id"]).default("name"),
  sort: z.enum(["asc", "desc"]).default("asc"),
});

/** The filter in a list's query; `owned` takes precedence over `min_access_level`. */
export function groupFilter(query: z.output<typeof listGroupsQuery>): GroupFilter {
  return {
    search: query.search,
    minimumAccessLevel: query.owned === true ? ACCESS_LEVELS.owner : query.min_access_level,
    topLevelOnly: query.top_level_only === true,
    orderBy: query.order_by,
    direction: query.sort,
  };
}

/** A group, as JSON. */
export const groupResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  description: z.string().nullable(),
  visibility: z.literal("private"),
  full_path: z.string(),
  full_name: z.string(),
  parent_id: z.int().nullable(),
  created_at: z.iso.datetime(),
  avatar_url: z.null(),
  web_url: z.string(),
});
