/** The calls about groups. */
import { z } from "zod";
import { createGroup } from "../groups/create-group.ts";
import { deleteGroup } from "../groups/delete-group.ts";
import { listGroups } from "../groups/list-groups.ts";
import { updateGroup } from "../groups/update-group.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { takeoverWarning } from "../namespaces/takeover-warning.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { resourceParams } from "../schemas/fields.ts";
import { createGroupBody, updateGroupBody } from "../schemas/group-body.ts";
import type { ApiServices } from "./api-services.ts";
import { groupFilter, groupResult, listGroupsQuery } from "./group.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { warningHeader } from "./protocol/warning-header.ts";
import { renderGroups } from "./render-project.ts";

/** `/groups`. @see docs/spec/rest-api.md "The calls" */
export function groupOperations(services: ApiServices): ApiOperation[] {
  const { database, links } = services;
  const render = async (caller: Principal, group: Namespace) => {
    const [rendered] = await renderGroups(database.em(), links, caller, [group]);
    return { body: rendered as z.input<typeof groupResult> };
  };
  return [
    apiOperation({
      id: "createGroup",
      method: "post",
      path: "/groups",
      summary: "Create a group, or a subgroup where the caller is Maintainer or above",
      params: NOTHING,
      query: NOTHING,
      body: createGroupBody,
      status: 201,
      result: groupResult,
      async handle({ caller, body }) {
        const { namespace: group, wasDeleted } = await createGroup(services, {
          caller,
          name: body.name,
          path: body.path,
          parentId: body.parent_id ?? null,
          description: body.description ?? null,
        });
        const headers = warningHeader(takeoverWarning(group.fullPath.path, wasDeleted));
        return { ...(await render(caller, group)), headers };
      },
    }),
    apiOperation({
      id: "listGroups",
      method: "get",
      path: "/groups",
      summary: "List the groups that the caller is a member of; all, for administrators",
      params: NOTHING,
      query: listGroupsQuery,
      body: NOTHING,
      status: 200,
      result: z.array(groupResult),
      async handle({ caller, query, url }) {
        const em = database.em();
        const [groups, total] = await listGroups(em, caller, groupFilter(query), pageOf(query));
        return { body: await renderGroups(em, links, caller, groups), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showGroup",
      method: "get",
      path: "/groups/:id",
      summary: "Show a group that the caller is a member of",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: groupResult,
      async handle({ caller, params }) {
        const { namespace: group } = await findGroupAtLevel(database.em(), caller, params.id, NO_ACCESS);
        return await render(caller, group);
      },
    }),
    apiOperation({
      id: "updateGroup",
      method: "put",
      path: "/groups/:id",
      summary: "Change a group (Owners)",
      params: resourceParams,
      query: NOTHING,
      body: updateGroupBody,
      status: 200,
      result: groupResult,
      async handle({ caller, params, body }) {
        return await render(caller, await updateGroup(services, { caller, group: params.id, changes: body }));
      },
    }),
    apiOperation({
      id: "deleteGroup",
      method: "delete",
      path: "/groups/:id",
      summary: "Delete an empty group (Owners)",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await deleteGroup(services, { caller, group: params.id });
        return { body: undefined };
      },
    }),
  ];
}
