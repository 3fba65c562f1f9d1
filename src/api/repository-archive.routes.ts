/** The calls that pack a repository: the files of a commit as an archive, and all of its history as a bundle. */
import { z } from "zod";
import { type ArchiveFormat, streamArchive, streamBundle } from "../git-repositories/reading/read-archive.ts";
import { resourceParams, unlessEmpty } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING, STREAMED } from "./protocol/operation.ts";
import { folderPath, refName } from "./repository-fields.schema.ts";
import { streamedBody } from "./streamed-body.ts";

const archiveQuery = z.object({ sha: unlessEmpty(refName), path: folderPath.optional() });

/** The calls that answer with an archive, by the ends of their addresses. */
const ARCHIVES: readonly { readonly id: string; readonly ending: string; readonly format: ArchiveFormat }[] = [
  { id: "downloadArchive", ending: "", format: "tar.gz" },
  { id: "downloadTarGzArchive", ending: ".tar.gz", format: "tar.gz" },
  { id: "downloadZipArchive", ending: ".zip", format: "zip" },
];

const TYPES = { "tar.gz": "application/gzip", zip: "application/zip" } as const satisfies Record<ArchiveFormat, string>;
const BUNDLE_TYPE = "application/octet-stream";

/** `/projects/:id/repository/archive` and `/bundle`. @see docs/spec/git.md "Reading through the API" */
export function repositoryArchiveOperations(services: ApiServices): ApiOperation[] {
  const archives = ARCHIVES.map(({ id, ending, format }) =>
    apiOperation({
      id,
      method: "get",
      path: `/projects/:id/repository/archive${ending}`,
      summary: `Download the files of a branch, a tag or a commit as ${format}`,
      params: resourceParams,
      query: archiveQuery,
      body: NOTHING,
      status: 200,
      result: STREAMED,
      streams: [TYPES[format]],
      scope: "read_repository",
      async handle({ caller, params, query, sender }) {
        const reader = { caller, project: params.id, sender };
        const wanted = { ref: query.sha, path: query.path ?? "", format };
        const stream = await streamArchive(services, reader, wanted);
        return { body: streamedBody(services, stream, { type: TYPES[format], filename: stream.facts.filename }) };
      },
    }),
  );
  return [
    ...archives,
    apiOperation({
      id: "downloadBundle",
      method: "get",
      path: "/projects/:id/repository/bundle",
      summary: "Download all branches and tags with their history, as a bundle that git clone takes",
      params: resourceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: STREAMED,
      streams: [BUNDLE_TYPE],
      scope: "read_repository",
      async handle({ caller, params, sender }) {
        const stream = await streamBundle(services, { caller, project: params.id, sender });
        return { body: streamedBody(services, stream, { type: BUNDLE_TYPE, filename: stream.facts.filename }) };
      },
    }),
  ];
}
