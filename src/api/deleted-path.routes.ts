/** The calls about paths of what was deleted. */
import { z } from "zod";
import { findDeletedPath } from "../namespaces/find-deleted-path.ts";
import { releasePath } from "../namespaces/release-path.ts";
import type { ApiServices } from "./api-services.ts";
import { deletedPathParams, deletedPathResult, renderDeletedPath } from "./deleted-path.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";

/** `/deleted_paths`, which GitLab does not have. @see docs/spec/rest-api.md "The calls" */
export function deletedPathOperations(services: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "showDeletedPath",
      method: "get",
      path: "/deleted_paths/:path",
      summary: "Show the path of something that was deleted, with what registries reported under it (administrators)",
      params: deletedPathParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: deletedPathResult,
      async handle({ caller, params }) {
        return { body: renderDeletedPath(await findDeletedPath(services.database.em(), caller, params.path)) };
      },
    }),
    apiOperation({
      id: "releaseDeletedPath",
      method: "delete",
      path: "/deleted_paths/:path",
      summary: "Free the path of something that was deleted, with the images under it (administrators)",
      params: deletedPathParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await releasePath(services, { caller, path: params.path });
        return { body: undefined };
      },
    }),
  ];
}
