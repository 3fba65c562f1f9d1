/** The calls about namespaces: groups and humans' own places, as one. */
import { z } from "zod";
import { findMemberNamespace } from "../namespaces/find-namespace.ts";
import { listNamespaces } from "../namespaces/list-namespaces.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { listNamespacesQuery, namespaceFilter, namespaceResult, renderNamespace } from "./namespace.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";

/** `/namespaces`. @see docs/spec/rest-api.md "The calls" */
export function namespaceOperations({ database, links }: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "listNamespaces",
      method: "get",
      path: "/namespaces",
      summary: "List the caller's own namespace and the groups that they are a member of; all, for administrators",
      params: NOTHING,
      query: listNamespacesQuery,
      body: NOTHING,
      status: 200,
      result: z.array(namespaceResult),
      async handle({ caller, query, url }) {
        const [found, total] = await listNamespaces(database.em(), caller, namespaceFilter(query), pageOf(query));
        const body = found.map((namespace) => renderNamespace(namespace, links));
        return { body, headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showNamespace",
      method: "get",
      path: "/namespaces/:id",
      summary: "Show the caller's own namespace, or a group that they are a member of",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: namespaceResult,
      async handle({ caller, params }) {
        const { namespace } = await findMemberNamespace(database.em(), caller, params.id, "Namespace");
        return { body: renderNamespace(namespace, links) };
      },
    }),
  ];
}
