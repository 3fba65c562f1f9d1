/** Git tags as the API writes them, field for field as in GitLab. */
import { z } from "zod";
import type { ProjectRepository } from "../git-repositories/find-repository.ts";
import type { Tag } from "../git-repositories/reading/list-tags.ts";
import type { RefFilter } from "../git-repositories/reading/refs.ts";
import type { Links } from "../links.ts";
import { resourceId, searchText } from "../schemas/fields.ts";
import { commitResult, renderCommit, renderGitDate } from "./commit.schema.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { refName } from "./repository-fields.schema.ts";

/** Which tags are wanted. */
export const listTagsQuery = pageQuery.extend({
  search: searchText(255).optional(),
  order_by: z.enum(["name", "updated"]).default("updated"),
  sort: z.enum(["asc", "desc"]).default("desc"),
});

/** The order of a list, as git names it. */
export function tagOrder({ order_by, sort }: z.output<typeof listTagsQuery>): RefFilter["sort"] {
  const key = order_by === "name" ? "refname" : "creatordate";
  return sort === "asc" ? key : `-${key}`;
}

/** The parameters of one tag. */
export const tagParams = z.object({ id: resourceId, tag_name: refName });

/** A tag, as JSON. */
export const tagResult = z.object({
  name: z.string(),
  message: z.string().nullable(),
  target: z.string(),
  /** Null for a tag of something else than a commit. */
  commit: commitResult.nullable(),
  /** Keyside has no releases, and no protected tags. */
  release: z.null(),
  protected: z.literal(false),
  created_at: z.iso.datetime({ offset: true }).nullable(),
});

/** A tag as JSON. */
export function renderTag(tag: Tag, project: ProjectRepository, links: Links): z.input<typeof tagResult> {
  return {
    name: tag.name,
    message: tag.message ?? null,
    target: tag.target,
    commit: tag.commit === undefined ? null : renderCommit(tag.commit, project, links),
    release: null,
    protected: false,
    created_at: tag.createdAt === undefined ? null : renderGitDate(tag.createdAt),
  };
}
