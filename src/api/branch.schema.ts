/** Branches as the API writes them, field for field as in GitLab. */
import { z } from "zod";
import type { ProjectRepository } from "../git-repositories/find-repository.ts";
import type { Branch } from "../git-repositories/reading/list-branches.ts";
import type { Links } from "../links.ts";
import { resourceId, searchText } from "../schemas/fields.ts";
import { commitResult, renderCommit } from "./commit.schema.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { refName } from "./repository-fields.schema.ts";

/** Which branches are wanted. */
export const listBranchesQuery = pageQuery.extend({ search: searchText(255).optional() });

/** The parameters of one branch. */
export const branchParams = z.object({ id: resourceId, branch: refName });

/** A branch, as JSON. */
export const branchResult = z.object({
  name: z.string(),
  commit: commitResult,
  merged: z.boolean(),
  protected: z.boolean(),
  developers_can_push: z.boolean(),
  /** Nothing is merged by Keyside. */
  developers_can_merge: z.literal(false),
  can_push: z.boolean(),
  default: z.boolean(),
  web_url: z.string(),
});

/** A branch as JSON. */
export function renderBranch(branch: Branch, project: ProjectRepository, links: Links): z.input<typeof branchResult> {
  return {
    name: branch.name,
    commit: renderCommit(branch.commit, project, links),
    merged: branch.isMerged,
    protected: branch.isProtected,
    developers_can_push: branch.developersMayPush,
    developers_can_merge: false,
    can_push: branch.mayPush,
    default: branch.isDefault,
    web_url: links.web(project.path),
  };
}
