/** The calls about Git tags. */
import { z } from "zod";
import { listTags, showTag } from "../git-repositories/reading/list-tags.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { listTagsQuery, renderTag, tagOrder, tagParams, tagResult } from "./tag.schema.ts";

/** `/projects/:id/repository/tags`. @see docs/spec/git.md "Reading through the API" */
export function tagOperations(services: ApiServices): ApiOperation[] {
  const { links } = services;
  return [
    apiOperation({
      id: "listTags",
      method: "get",
      path: "/projects/:id/repository/tags",
      summary: "List the tags of a project's repository, the latest first",
      params: resourceParams,
      query: listTagsQuery,
      body: NOTHING,
      status: 200,
      result: z.array(tagResult),
      async handle({ caller, params, query, url, sender }) {
        const reader = { caller, project: params.id, sender };
        const filter = { search: query.search, sort: tagOrder(query) };
        const { tags, total, project } = await listTags(services, reader, filter, pageOf(query));
        return { body: tags.map((tag) => renderTag(tag, project, links)), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "showTag",
      method: "get",
      path: "/projects/:id/repository/tags/:tag_name",
      summary: "Show a tag",
      params: tagParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: tagResult,
      async handle({ caller, params, sender }) {
        const reader = { caller, project: params.id, sender };
        const { tag, project } = await showTag(services, reader, params.tag_name);
        return { body: renderTag(tag, project, links) };
      },
    }),
  ];
}
