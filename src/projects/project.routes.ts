/** The calls about projects. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { ForbiddenError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { pageHeaders, pageQuery } from "../http/pagination.ts";
import { validate } from "../http/validate.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { ACCESS_LEVELS } from "./access-level.ts";
import { createProject } from "./create-project.ts";
import { listVisibleProjects } from "./list-projects.ts";
import { pathSegment } from "./path.ts";
import { createProjectBody, projectResult, referenceParams, renderProject } from "./project.schema.ts";
import { findMemberNamespace, findPersonalNamespace, findVisibleProject } from "./project-access.ts";

/** `/projects`. @see spec/rest-api.md */
export function projectOperations({ database, clock }: { database: Database; clock: Clock }): ApiOperation[] {
  return [
    apiOperation({
      id: "createProject",
      method: "post",
      path: "/projects",
      summary:
        "Create a project in a namespace where the caller is Maintainer or above; in their own, if none is named",
      params: NOTHING,
      query: NOTHING,
      body: createProjectBody,
      status: 201,
      result: projectResult,
      handle({ caller, body }) {
        if (caller.kind === "bot") throw new ForbiddenError("403 Forbidden: a bot user may not create projects");
        return database.transaction(async (em) => {
          const { thing: namespace, accessLevel } =
            body.namespace_id == null
              ? await findPersonalNamespace(em, caller)
              : await findMemberNamespace(em, caller, body.namespace_id);
          if (accessLevel < ACCESS_LEVELS.maintainer) throw new ForbiddenError();
          const { path } = validate(z.object({ path: pathSegment }), {
            path: body.path ?? body.name?.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
          });
          const project = await createProject(em, {
            namespace,
            path,
            name: body.name ?? path,
            description: body.description ?? null,
            visibility: body.visibility,
            containerRegistryEnabled: body.container_registry_enabled,
            creatorId: caller.userId,
            now: clock.now(),
          });
          return { body: renderProject(project) };
        });
      },
    }),
    apiOperation({
      id: "listProjects",
      method: "get",
      path: "/projects",
      summary: "List the projects that the caller sees",
      params: NOTHING,
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(projectResult),
      async handle({ caller, query, url }) {
        const [projects, total] = await listVisibleProjects(database.em(), caller, query);
        return { body: projects.map(renderProject), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showProject",
      method: "get",
      path: "/projects/:id",
      summary: "Show a project",
      params: referenceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: projectResult,
      async handle({ caller, params }) {
        const { thing: project } = await findVisibleProject(database.em(), caller, params.id);
        return { body: renderProject(project) };
      },
    }),
  ];
}
