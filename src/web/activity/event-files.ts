/** Events as files: CSV and JSON, made as they are read. */
import type { LoadedEvent } from "../../events/event.entity.ts";
import { actionName } from "../../schemas/action-name.ts";

/** What a file says of an event, in this order; the names are those of the API where it has them. */
export interface EventRecord {
  readonly id: number;
  readonly created_at: string;
  readonly author_username: string;
  readonly author_name: string;
  readonly author_type: string;
  readonly action_name: string;
  readonly target_type: string | null;
  readonly target_id: number | null;
  readonly target_title: string | null;
  readonly project_id: number | null;
  readonly project_path: string | null;
  readonly access_token_id: number | null;
  readonly access_token_name: string | null;
  readonly address: string | null;
  /** Of a push by Git alone, as all that follow. */
  readonly ref_type: string | null;
  readonly ref: string | null;
  readonly ref_count: number | null;
  readonly commit_count: number | null;
  readonly commit_from: string | null;
  readonly commit_to: string | null;
  readonly commit_title: string | null;
}

const COLUMNS = [
  ...["id", "created_at", "author_username", "author_name", "author_type", "action_name"],
  ...["target_type", "target_id", "target_title", "project_id", "project_path"],
  ...["access_token_id", "access_token_name", "address"],
  ...["ref_type", "ref", "ref_count", "commit_count", "commit_from", "commit_to", "commit_title"],
] as (keyof EventRecord)[];

/** What a file says of an event. `projects` and `tokens`: the paths and names, by their ids. */
export function eventRecord(
  { author: { $: author }, ...event }: LoadedEvent,
  projects: ReadonlyMap<number, string>,
  tokens: ReadonlyMap<number, string>,
): EventRecord {
  const { projectId = null, tokenId = null, pushData: push } = event;
  return {
    id: event.id,
    created_at: event.createdAt.toISOString(),
    author_username: author.username,
    author_name: author.name,
    author_type: author.userType,
    action_name: actionName(event.action),
    target_type: event.targetType ?? null,
    target_id: event.targetId ?? null,
    target_title: event.targetTitle ?? null,
    project_id: projectId,
    project_path: projectId === null ? null : (projects.get(projectId) ?? null),
    access_token_id: tokenId,
    access_token_name: tokenId === null ? null : (tokens.get(tokenId) ?? null),
    address: event.address ?? null,
    ref_type: push?.refType ?? null,
    ref: push?.ref ?? null,
    ref_count: push?.refCount ?? null,
    commit_count: push?.commitCount ?? null,
    commit_from: push?.commitFrom ?? null,
    commit_to: push?.commitTo ?? null,
    commit_title: push?.commitTitle ?? null,
  };
}

/** Records as CSV, the names of the columns first. @see RFC 4180 */
export async function* eventsAsCsv(batches: AsyncIterable<readonly EventRecord[]>): AsyncGenerator<string, void> {
  yield `${COLUMNS.join(",")}\r\n`;
  for await (const records of batches) {
    yield records.map((record) => `${COLUMNS.map((column) => csvCell(record[column])).join(",")}\r\n`).join("");
  }
}

/** Records as one JSON array. @see RFC 8259 */
export async function* eventsAsJson(batches: AsyncIterable<readonly EventRecord[]>): AsyncGenerator<string, void> {
  let before = "[\n";
  for await (const records of batches) {
    yield before + records.map((record) => JSON.stringify(record)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/**
 * A value as a cell. What a spreadsheet would take for a formula gets an apostrophe, and is text then.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
