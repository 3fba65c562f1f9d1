/**
 * Reads the registry's catalog, so that repositories are known which nobody reported. The registry walks its whole storage for
 * it: one replica does so at a time, hourly and when somebody asks for it.
 */
import { z } from "zod";
import { OWN_NAME } from "../principals/principal.ts";
import { repositoryNameProblem } from "../registry-access/requested-scope.ts";
import type { ImageServices } from "./image-services.ts";
import { parseJson } from "./parse-json.ts";
import { type RegistryAnswer, RegistrySession, silenceOf } from "./registry-session.ts";

const MINUTE_MS = 60_000;

/** How long one page of the catalog may take: on an object store, minutes. */
const PAGE_LIMIT_MS = 5 * MINUTE_MS;

/** After how long nobody is believed to read any more: a process that ended did not say so. */
const LEASE_MS = 2 * PAGE_LIMIT_MS;

/** How soon it is read again: after it was read, after it could not be, and where somebody asks for it. */
const AGAIN_MS = { read: 60 * MINUTE_MS, failed: 5 * MINUTE_MS, wanted: MINUTE_MS / 6 } as const;

/** How many repositories are kept, and on how many pages they may come. */
const MAXIMUM_REPOSITORIES = 100_000;
const MAXIMUM_PAGES = 10_000;

/** Of all replicas, one gets it. */
const LEASE = `
  update catalog_reading set leased_until = ?, tried_at = ?, wanted_at = null
  where (leased_until is null or leased_until <= ?) and (
    tried_at is null or (wanted_at is not null and tried_at <= ?)
    or tried_at <= (case when problem is null then ?::timestamptz else ?::timestamptz end))`;

const DONE = {
  read: "update catalog_reading set leased_until = null, read_at = ?, problem = null where leased_until = ?",
  failed: "update catalog_reading set leased_until = null, problem = ? where leased_until = ?",
  cutOff: "update catalog_reading set leased_until = null, tried_at = null where leased_until = ?",
} as const;

/** Keeps a page of names; those that are kept already were seen again. */
const KEEP = `
  insert into image_repositories (name, seen_at) select name, ? from jsonb_array_elements_text(?::jsonb) as listed (name)
  order by name on conflict (name) do update set seen_at = excluded.seen_at`;

/** Reads the catalog from time to time. */
export class CatalogReader {
  readonly #services: ImageServices;
  readonly #stopping = new AbortController();

  constructor(services: ImageServices) {
    this.#services = services;
  }

  /** Reads it if it is time to, and nobody else does. What could not be read is kept as it was, and why is written down. */
  async readIfDue(): Promise<void> {
    if (!this.#stopping.signal.aborted) await readIfDue(this.#services, this.#stopping.signal);
  }

  /** Cuts off what is under way: another process may begin anew. */
  close(): void {
    this.#stopping.abort(new Error("Keyside is being stopped"));
  }
}

async function readIfDue(services: ImageServices, stopping: AbortSignal): Promise<void> {
  const { database, clock } = services;
  const em = database.em();
  const now = clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const lease = new Date(now.getTime() + LEASE_MS);
  const asked = [lease, now, now, ago(AGAIN_MS.wanted), ago(AGAIN_MS.read), ago(AGAIN_MS.failed)];
  const { affectedRows } = await em.execute<{ affectedRows: number }>(LEASE, asked, "run");
  if (affectedRows === 0) return;
  const problem = await readPages(services, now, stopping);
  if (stopping.aborted) {
    await em.execute(DONE.cutOff, [lease], "run");
    return;
  }
  if (problem !== undefined) {
    await em.execute(DONE.failed, [problem, lease], "run");
    return;
  }
  await em.execute("delete from image_repositories where seen_at < ?", [now], "run");
  await em.execute(DONE.read, [clock.now(), lease], "run");
}

/** All pages, one after the other; undefined when the last was read, else why not. */
async function readPages(services: ImageServices, seenAt: Date, stopping: AbortSignal): Promise<string | undefined> {
  let path = "_catalog";
  let count = 0;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const answer = await readPage(services, path, stopping);
    if (answer.kind !== "told") return PROBLEMS[answer.kind];
    const { names, next } = answer.value;
    await services.database.em().execute(KEEP, [seenAt, JSON.stringify(names)], "run");
    count += names.length;
    if (next === undefined) return undefined;
    if (next === path || names.length === 0) return PROBLEMS.strange;
    if (count >= MAXIMUM_REPOSITORIES) return `it has more than ${MAXIMUM_REPOSITORIES} repositories`;
    path = next;
  }
  return PROBLEMS.strange;
}

const PROBLEMS = {
  silent: "it does not answer",
  refused: "it does not accept Keyside's own registry token",
  missing: "it has no catalog",
  strange: "it does not answer as registries do",
} as const;

const listed = z.object({
  repositories: z.array(z.string()).max(MAXIMUM_REPOSITORIES).nullable(),
});

interface CatalogPage {
  readonly names: readonly string[];
  /** What is to be asked for the next page. */
  readonly next: string | undefined;
}

async function readPage(
  services: ImageServices,
  path: string,
  signal: AbortSignal,
): Promise<RegistryAnswer<CatalogPage>> {
  const access = [{ type: "registry", name: "catalog", actions: ["*"] }];
  const reply = await new RegistrySession(services, { subject: OWN_NAME, access, limitMs: PAGE_LIMIT_MS, signal }).ask({
    path,
  });
  if (!reply.answered || reply.status !== 200) return silenceOf(reply);
  const read = listed.safeParse(parseJson(reply.body));
  if (!read.success) return { kind: "strange" };
  const names = [...new Set(read.data.repositories ?? [])].filter((name) => repositoryNameProblem(name) === undefined);
  return { kind: "told", value: { names, next: nextOf(reply.headers.get("link")) } };
}

/** Of the next page nothing but its query is taken: it is always asked of the same registry. @see RFC 8288 */
function nextOf(link: string | null): string | undefined {
  const target = /^\s*<([^<>]+)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  const query = target?.split("?", 2)[1];
  return query === undefined ? undefined : `_catalog?${query}`;
}
