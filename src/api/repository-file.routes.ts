/** The calls about the files of a repository, and the folders that they are in. */
import { z } from "zod";
import { readFile, streamFile } from "../git-repositories/reading/read-file.ts";
import { readTree } from "../git-repositories/reading/read-tree.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING, STREAMED } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import {
  fieldHeaders,
  fileParams,
  fileQuery,
  fileResult,
  fileType,
  listTreeQuery,
  renderFile,
  renderFileFacts,
  renderTreeEntry,
  treeEntryResult,
} from "./repository-file.schema.ts";
import { streamedBody } from "./streamed-body.ts";

/** `/projects/:id/repository/tree` and `/files`. @see docs/spec/git.md "Reading through the API" */
export function repositoryFileOperations(services: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "listRepositoryTree",
      method: "get",
      path: "/projects/:id/repository/tree",
      summary: "List what lies in a folder of a project's repository; with recursive, in its folders too",
      params: resourceParams,
      query: listTreeQuery,
      body: NOTHING,
      status: 200,
      result: z.array(treeEntryResult),
      async handle({ caller, params, query, url, sender }) {
        const reader = { caller, project: params.id, sender };
        const wanted = { ref: query.ref, path: query.path ?? "", isRecursive: query.recursive === true };
        const { entries, total, more } = await readTree(services, reader, wanted, pageOf(query));
        return { body: entries.map(renderTreeEntry), headers: pageHeaders(query, total, url, more) };
      },
    }),
    apiOperation({
      id: "showRepositoryFile",
      method: "get",
      path: "/projects/:id/repository/files/:file_path",
      summary: "Show a file, with its content in base64",
      params: fileParams,
      query: fileQuery,
      body: NOTHING,
      status: 200,
      result: fileResult,
      scope: "read_repository",
      async handle({ caller, params, query, sender }) {
        const reader = { caller, project: params.id, sender };
        const body = renderFile(await readFile(services, reader, { ref: query.ref, path: params.file_path }));
        const { content, ...fields } = body;
        return { body, headers: fieldHeaders(fields) };
      },
    }),
    apiOperation({
      id: "downloadRepositoryFile",
      method: "get",
      path: "/projects/:id/repository/files/:file_path/raw",
      summary: "Download a file as it is",
      params: fileParams,
      query: fileQuery,
      body: NOTHING,
      status: 200,
      result: STREAMED,
      streams: ["text/plain", "application/octet-stream"],
      scope: "read_repository",
      async handle({ caller, params, query, sender }) {
        const reader = { caller, project: params.id, sender };
        const stream = await streamFile(services, reader, { ref: query.ref, path: params.file_path });
        const { file_name: filename, ...fields } = renderFileFacts(stream.facts);
        const { size } = stream.facts;
        return {
          body: streamedBody(services, stream, { type: fileType(stream.beginning), filename, size }),
          headers: fieldHeaders({ file_name: filename, ...fields }),
        };
      },
    }),
  ];
}
