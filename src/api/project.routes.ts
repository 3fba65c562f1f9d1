/** The calls about projects. */
import { z } from "zod";
import { setDefaultBranch } from "../git-repositories/set-default-branch.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import { takeoverWarning } from "../namespaces/takeover-warning.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, SignedInPrincipal } from "../principals/principal.ts";
import { createProject } from "../projects/create-project.ts";
import { deleteProject } from "../projects/delete-project.ts";
import { findVisibleProject } from "../projects/find-project.ts";
import { listVisibleProjects, type ProjectPlace } from "../projects/list-projects.ts";
import type { Project } from "../projects/project.entity.ts";
import { updateProject } from "../projects/update-project.ts";
import { resourceParams } from "../schemas/fields.ts";
import { createProjectBody, updateProjectBody, wantsRegistry } from "../schemas/project-body.ts";
import type { ApiServices } from "./api-services.ts";
import {
  type ListProjectsQuery,
  listGroupProjectsQuery,
  listProjectsQuery,
  projectFilter,
  projectResult,
} from "./project.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { warningHeader } from "./protocol/warning-header.ts";
import { renderProjects } from "./render-project.ts";

/** `/projects`. @see docs/spec/rest-api.md "The calls" */
export function projectOperations(services: ApiServices): ApiOperation[] {
  const { database, links } = services;
  const render = async (caller: Principal, project: Project) => {
    const [rendered] = await renderProjects(database.em(), links, caller, [project]);
    return { body: rendered as z.input<typeof projectResult> };
  };
  const answerList = async (caller: SignedInPrincipal, query: ListProjectsQuery, url: URL, place?: ProjectPlace) => {
    const em = database.em();
    // Keyside has no archived projects.
    if (query.archived === true) return { body: [], headers: pageHeaders(query, 0, url) };
    const filter = { ...projectFilter(query), place };
    const [projects, total] = await listVisibleProjects(em, caller, filter, pageOf(query));
    return { body: await renderProjects(em, links, caller, projects), headers: pageHeaders(query, total, url) };
  };
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
      async handle({ caller, body }) {
        const { project, wasDeleted } = await createProject(services, {
          caller,
          namespaceId: body.namespace_id ?? null,
          path: body.path,
          name: body.name,
          description: body.description ?? null,
          visibility: body.visibility,
          containerRegistryEnabled: wantsRegistry(body) ?? true,
        });
        const headers = warningHeader(takeoverWarning(project.fullPath.path, wasDeleted));
        return { ...(await render(caller, project)), headers };
      },
    }),
    apiOperation({
      id: "listProjects",
      method: "get",
      path: "/projects",
      summary: "List the projects that the caller sees",
      params: NOTHING,
      query: listProjectsQuery,
      body: NOTHING,
      status: 200,
      result: z.array(projectResult),
      handle: ({ caller, query, url }) => answerList(caller, query, url),
    }),
    apiOperation({
      id: "listGroupProjects",
      method: "get",
      path: "/groups/:id/projects",
      summary: "List the projects of a group that the caller sees; with include_subgroups, those of its subgroups too",
      params: resourceParams,
      query: listGroupProjectsQuery,
      body: NOTHING,
      status: 200,
      result: z.array(projectResult),
      async handle({ caller, params, query, url }) {
        const { namespace } = await findGroupAtLevel(database.em(), caller, params.id, NO_ACCESS);
        return await answerList(caller, query, url, { namespace, below: query.include_subgroups === true });
      },
    }),
    apiOperation({
      id: "showProject",
      method: "get",
      path: "/projects/:id",
      summary: "Show a project",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: projectResult,
      async handle({ caller, params }) {
        const { project } = await findVisibleProject(database.em(), caller, params.id);
        return await render(caller, project);
      },
    }),
    apiOperation({
      id: "updateProject",
      method: "put",
      path: "/projects/:id",
      summary: "Change a project",
      params: resourceParams,
      query: NOTHING,
      body: updateProjectBody,
      status: 200,
      result: projectResult,
      async handle({ caller, params, body }) {
        // First, since nothing else is refused for what only git knows.
        if (body.default_branch !== undefined)
          await setDefaultBranch(services, { caller, project: params.id, branch: body.default_branch });
        const changes = {
          name: body.name,
          path: body.path,
          description: body.description,
          visibility: body.visibility,
          containerRegistryEnabled: wantsRegistry(body),
        };
        return await render(caller, await updateProject(services, { caller, project: params.id, changes }));
      },
    }),
    apiOperation({
      id: "deleteProject",
      method: "delete",
      path: "/projects/:id",
      summary: "Delete a project, its access tokens and their bot users",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await deleteProject(services, { caller, project: params.id });
        return { body: undefined };
      },
    }),
  ];
}
