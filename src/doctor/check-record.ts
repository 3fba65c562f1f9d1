/** The record of the checks: who runs them, and what they found last. It is in the database, so that it is one for all replicas. */
import type { Database, PreparedQuery } from "../database/database.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ConflictError } from "../errors.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import type { Finding } from "./diagnose.ts";

/** After how long checks without an end are taken for those of a process that died: they end within a minute. */
const LEASE_MS = 120_000;

/** Checks that began. */
export interface BegunChecks {
  readonly id: number;
  /** The project that they play in. */
  readonly projectPath: string;
}

/** Who began checks, and when. */
export interface Beginning {
  readonly at: Date;
  /** A username. */
  readonly by: string;
}

/** What is known of the checks. */
export interface ChecksRecord {
  readonly underWay: Beginning | undefined;
  /** What the last checks found that came to their end. */
  readonly last:
    | { readonly begun: Beginning; readonly endedAt: Date; readonly findings: readonly Finding[] }
    | undefined;
}

const READ: PreparedQuery = {
  name: "read_registry_checks",
  text: `
    select c.began_at, c.ended_at, c.findings, u.username from registry_checks c join users u on u.id = c.user_id
    where c.ended_at is not null or c.began_at between $1 and $2 order by c.id`,
};

const FIND_LEFT: PreparedQuery = {
  name: "find_left_registry_checks",
  text: "select id, project_path from registry_checks where ended_at is null and began_at not between $1 and $2",
};

/** The unique index lets nobody else in. */
const BEGIN: PreparedQuery = {
  name: "begin_registry_checks",
  text: `
    insert into registry_checks (began_at, user_id, project_path) values ($1, $2, $3)
    on conflict do nothing returning id`,
};

/** Those before are forgotten; checks that were taken for dead meanwhile have no row any more, and are not kept. */
const END: PreparedQuery = {
  name: "end_registry_checks",
  text: `
    with kept as (
      update registry_checks set ended_at = $2, findings = $3::jsonb where id = $1 and ended_at is null returning id
    )
    delete from registry_checks where ended_at is not null and id <> $1 and exists (select from kept)`,
};

const FORGET: PreparedQuery = {
  name: "forget_registry_checks",
  text: "delete from registry_checks where id = $1 and ended_at is null",
};

interface Row {
  readonly began_at: Date | string;
  readonly ended_at: Date | string | null;
  readonly findings: readonly Finding[] | null;
  readonly username: string;
}

/** What is known of the checks. One query. */
export async function readChecks({ database, clock }: UseCaseServices): Promise<ChecksRecord> {
  const rows = await database.query<Row>(READ, alive(clock.now()));
  const beginning = ({ began_at: at, username: by }: Row) => ({ at: new Date(at), by });
  const underWay = rows.find(({ ended_at: end }) => end === null);
  const last = rows.findLast(({ ended_at: end }) => end !== null);
  return {
    underWay: underWay && beginning(underWay),
    last: last && { begun: beginning(last), endedAt: new Date(last.ended_at ?? 0), findings: last.findings ?? [] },
  };
}

/** Checks whose process died before their end, as far as there are any. */
export async function findLeftChecks({ database, clock }: UseCaseServices): Promise<readonly BegunChecks[]> {
  const rows = await database.query<{ id: number; project_path: string }>(FIND_LEFT, alive(clock.now()));
  return rows.map(({ id, project_path: projectPath }) => ({ id, projectPath }));
}

/**
 * Begins checks.
 *
 * @throws ConflictError when there are some under way, on whichever replica
 */
export async function beginChecks(
  services: UseCaseServices,
  { userId }: UserPrincipal,
  projectPath: string,
): Promise<BegunChecks> {
  const now = services.clock.now();
  const [begun] = await services.database.query<{ id: number }>(BEGIN, [now, userId, projectPath]);
  if (begun !== undefined) return { id: begun.id, projectPath };
  const { underWay } = await readChecks(services);
  const since = underWay === undefined ? "" : `, begun by @${underWay.by} at ${timeOf(underWay.at)}`;
  throw new ConflictError(`the checks are under way already${since}; they take a minute at most: try again then`);
}

/** Keeps what checks found. */
export async function endChecks(services: UseCaseServices, { id }: BegunChecks, findings: readonly Finding[]) {
  await services.database.query(END, [id, services.clock.now(), JSON.stringify(findings)]);
}

/** Forgets checks that came to no end. */
export async function forgetChecks(database: Database, { id }: BegunChecks): Promise<void> {
  await database.query(FORGET, [id]);
}

/** Between which moments checks began whose process lives; a replica's clock may be ahead. */
function alive(now: Date): [Date, Date] {
  return [new Date(now.getTime() - LEASE_MS), new Date(now.getTime() + LEASE_MS)];
}

/** `14:03:12 UTC`. */
function timeOf(moment: Date): string {
  return `${moment.toISOString().slice(11, 19)} UTC`;
}
