/** The call about what happened in a project's repositories. */
import { z } from "zod";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { listRegistryActivity } from "../projects/list-registry-activity.ts";
import { decidePeriod } from "../projects/period.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { registryActivityQuery, registryActivityResult } from "./registry-activity.schema.ts";

/** `/projects/:id/registry/activity`. @see docs/spec/rest-api.md "The calls" */
export function registryActivityOperations({ database, clock }: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "listRegistryActivity",
      method: "get",
      path: "/projects/:id/registry/activity",
      summary: "List what was pulled, pushed, mounted and deleted in a project, by day, repository or author",
      params: resourceParams,
      query: registryActivityQuery,
      body: NOTHING,
      status: 200,
      result: z.array(registryActivityResult),
      async handle({ caller, params, query, url }) {
        const period = decidePeriod(query, clock.now());
        const em = database.em();
        // As for the project's events, which tell the same, one by one.
        const { project } = await findProjectAtLevel(em, caller, params.id, ACCESS_LEVELS.reporter);
        const which = { projectId: project.id, period, by: query.group_by };
        const [activity, total] = await listRegistryActivity(em, which, pageOf(query));
        return { body: activity, headers: pageHeaders(query, total, url) };
      },
    }),
  ];
}
