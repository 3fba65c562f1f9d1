/** Files and folders of a repository as the API writes them, field for field as in GitLab. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { FoundFile, ReadFile } from "../git-repositories/reading/read-file.ts";
import type { TreeEntry } from "../git-repositories/reading/tree-entries.ts";
import { flag, resourceId, unlessEmpty } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { filePath, folderPath, refName } from "./repository-fields.schema.ts";

/** Which folder is wanted. */
export const listTreeQuery = pageQuery.extend({
  path: folderPath.optional(),
  ref: unlessEmpty(refName),
  recursive: flag().optional(),
});

/** What lies in a folder, as JSON. */
export const treeEntryResult = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(["blob", "tree", "commit"]),
  path: z.string(),
  mode: z.string(),
});

/** What lies in a folder as JSON. */
export function renderTreeEntry({ id, type, path, mode }: TreeEntry): z.input<typeof treeEntryResult> {
  return { id, name: lastName(path), type, path, mode };
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The parameters of one file. */
export const fileParams = z.object({ id: resourceId, file_path: filePath });

/** Where a file is read from. */
export const fileQuery = z.object({ ref: unlessEmpty(refName) });

/** A file, as JSON. */
export const fileResult = z.object({
  file_name: z.string(),
  file_path: z.string(),
  size: z.int(),
  encoding: z.literal("base64"),
  content_sha256: z.string(),
  ref: z.string(),
  blob_id: z.string(),
  commit_id: z.string(),
  last_commit_id: z.string(),
  execute_filemode: z.boolean(),
  content: z.string().meta({ contentEncoding: "base64" }),
});

/** A file as JSON. */
export function renderFile(file: ReadFile): z.input<typeof fileResult> {
  return {
    ...renderFileFacts(file),
    encoding: "base64",
    content_sha256: createHash("sha256").update(file.content).digest("hex"),
    last_commit_id: file.lastCommitId,
    content: file.content.toString("base64"),
  };
}

/** What is known of a file before it is read, as JSON. */
export function renderFileFacts({ path, size, ref, blobId, commitId, isExecutable }: FoundFile) {
  return {
    file_name: lastName(path),
    file_path: path,
    size,
    ref,
    blob_id: blobId,
    commit_id: commitId,
    execute_filemode: isExecutable,
  };
}

/** What a header may not have in it, once its text is bytes. @see RFC 9110 section 5.5 */
const CONTROL = /[\p{Cc}]/u;

/** Fields as headers, in UTF-8 as GitLab sends them: `X-Gitlab-File-Name`. A name that no header can hold is left out. */
export function fieldHeaders(fields: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  const entries = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
  const headers = entries.filter(([, value]) => !CONTROL.test(value));
  return Object.fromEntries(headers.map(([name, value]) => [headerName(name), Buffer.from(value).toString("latin1")]));
}

function headerName(field: string): string {
  return `X-Gitlab-${field.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => `-${letter.toUpperCase()}`).slice(1)}`;
}

/** Where git looks whether a file is text. @see git `xdiff-interface.c`, buffer_is_binary */
const EXAMINED_BYTES = 8000;

/** The media type of a file, by what it begins with. Never one that a browser would run. */
export function fileType(beginning: Uint8Array): string {
  const isText = !beginning.subarray(0, EXAMINED_BYTES).includes(0);
  return isText ? "text/plain; charset=utf-8" : "application/octet-stream";
}
