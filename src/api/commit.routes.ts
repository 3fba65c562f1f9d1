/** The calls about commits. */
import { z } from "zod";
import { listCommits, showCommit } from "../git-repositories/reading/list-commits.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { commitDetailResult, commitParams, commitResult, listCommitsQuery, renderCommit } from "./commit.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";

/** `/projects/:id/repository/commits`. @see docs/spec/git.md "Reading through the API" */
export function commitOperations(services: ApiServices): ApiOperation[] {
  const { links } = services;
  return [
    apiOperation({
      id: "listCommits",
      method: "get",
      path: "/projects/:id/repository/commits",
      summary: "List the commits that lead to a branch, a tag or a commit, the latest first",
      params: resourceParams,
      query: listCommitsQuery,
      body: NOTHING,
      status: 200,
      result: z.array(commitResult),
      async handle({ caller, params, query, url, sender }) {
        const { ref_name: ref, since, until, path } = query;
        const reader = { caller, project: params.id, sender };
        const filter = { ref, since, until, path: path === "" ? undefined : path };
        const { commits, more, project } = await listCommits(services, reader, filter, pageOf(query));
        return {
          body: commits.map((commit) => renderCommit(commit, project, links)),
          headers: pageHeaders(query, undefined, url, more),
        };
      },
    }),
    apiOperation({
      id: "showCommit",
      method: "get",
      path: "/projects/:id/repository/commits/:sha",
      summary: "Show the commit that an id, the beginning of one, a branch or a tag stands for",
      params: commitParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: commitDetailResult,
      async handle({ caller, params, sender }) {
        const reader = { caller, project: params.id, sender };
        const { commit, project } = await showCommit(services, reader, params.sha);
        const body = renderCommit(commit, project, links);
        return { body: { ...body, project_id: project.projectId, status: null, last_pipeline: null } };
      },
    }),
  ];
}
