/** The calls about branches. */
import { z } from "zod";
import { listBranches, showBranch } from "../git-repositories/reading/list-branches.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { branchParams, branchResult, listBranchesQuery, renderBranch } from "./branch.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";

/** `/projects/:id/repository/branches`. @see docs/spec/git.md "Reading through the API" */
export function branchOperations(services: ApiServices): ApiOperation[] {
  const { links } = services;
  return [
    apiOperation({
      id: "listBranches",
      method: "get",
      path: "/projects/:id/repository/branches",
      summary: "List the branches of a project's repository, by name",
      params: resourceParams,
      query: listBranchesQuery,
      body: NOTHING,
      status: 200,
      result: z.array(branchResult),
      async handle({ caller, params, query, url, sender }) {
        const reader = { caller, project: params.id, sender };
        const { branches, total, project } = await listBranches(services, reader, query.search, pageOf(query));
        return {
          body: branches.map((branch) => renderBranch(branch, project, links)),
          headers: pageHeaders(query, total, url),
        };
      },
    }),
    apiOperation({
      id: "showBranch",
      method: "get",
      path: "/projects/:id/repository/branches/:branch",
      summary: "Show a branch",
      params: branchParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: branchResult,
      async handle({ caller, params, sender }) {
        const reader = { caller, project: params.id, sender };
        const { branch, project } = await showBranch(services, reader, params.branch);
        return { body: renderBranch(branch, project, links) };
      },
    }),
  ];
}
