/** What a run should reach, as ratios within the run; docs/performance.md says why. */
import { BARE, DIFFERENT, nameOf, REPEATED } from "./cases.ts";
import { changesName } from "./changes.ts";
import { TOKENS_BESIDE_GIT, TOKENS_WITHOUT_GIT } from "./git.ts";
import { growthName } from "./growth.ts";
import { PAGE_NAMES, TOKENS_ALONE, TOKENS_BESIDE } from "./pages.ts";
import { queriesAt } from "./queries.ts";
import type { Goal, Row } from "./report.ts";
import { WITH_RULES } from "./rules.ts";
import { START } from "./start.ts";

/** One query; the service's chores ask a few more. */
const ALONE = 1.02;

type Find = (name: string) => Row;

const POSTGRESQL = nameOf("PostgreSQL", REPEATED);
const EMBEDDED = nameOf("embedded", REPEATED);
const DOCKER_AUTH = nameOf("docker_auth", "anonymous");

/** Holds the rows against the goals. */
export function judge(rows: readonly Row[]): Goal[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const find: Find = (name) => byName.get(name) ?? { name };
  return [...rateGoals(find), ...latencyGoals(find), ...pageGoals(find), ...otherGoals(find)];
}

/** Stricter than docs/spec/web.md, which speaks of the p95: of what one person reads in seconds, the p99 is the slowest. */
function pageGoals(find: Find): Goal[] {
  const pages = PAGE_NAMES.map((name) => atMost(`${name}: p99 at most 150 ms`, 150, find(name).p99Ms));
  const [beside, alone] = [find(TOKENS_BESIDE).p99Ms, find(TOKENS_ALONE).p99Ms];
  const [cloning, without] = [find(TOKENS_BESIDE_GIT).p99Ms, find(TOKENS_WITHOUT_GIT).p99Ms];
  return [
    ...pages,
    atMost(`${TOKENS_BESIDE}: p99 at most 1.5 x that of nobody`, 1.5, ...quotient(beside, alone)),
    atMost(`${TOKENS_BESIDE_GIT}: p99 at most 2 x that without`, 2, ...quotient(cloning, without)),
  ];
}

function rateGoals(find: Find): Goal[] {
  const ofLimit = (name: string) => find(name).ratio;
  const part = (one: string, other: string) => quotient(ofLimit(one), ofLimit(other));
  const different = nameOf("PostgreSQL", DIFFERENT);
  return [
    atLeast(`${POSTGRESQL}: at least 1.4 of the ${BARE}`, 1.4, ofLimit(POSTGRESQL), byCpu(find, POSTGRESQL)),
    atLeast(`${POSTGRESQL}: at least 1.0 of ${DOCKER_AUTH} (the aim)`, 1, ...part(POSTGRESQL, DOCKER_AUTH)),
    atLeast(`${EMBEDDED}: at least 0.8 of the same on PostgreSQL`, 0.8, ...part(EMBEDDED, POSTGRESQL)),
    atLeast(`${different}: at least 0.8 of the ${BARE}`, 0.8, ofLimit(different), byCpu(find, different)),
    atLeast("1,000,000 tokens: at least 0.9 of the rate at 10", 0.9, find(growthName(1_000_000)).ratio),
    atLeast("20 rules of 20 patterns: at least 0.83 of the rate without", 0.83, find(WITH_RULES).ratio),
    atLeast("10 changes of rights a second: at least 0.67 of the rate without", 0.67, find(changesName(10)).ratio),
  ];
}

function latencyGoals(find: Find): Goal[] {
  const p99 = (name: string) => find(name).p99Ms;
  const spread = (name: string) => atMost(`${name}: p99 at most 4 x p50`, 4, ...quotient(p99(name), find(name).p50Ms));
  const against = quotient(p99(POSTGRESQL), p99(DOCKER_AUTH));
  return [
    ...[POSTGRESQL, EMBEDDED].map(spread),
    atMost(`${POSTGRESQL}: p99 at most that of ${DOCKER_AUTH}`, 1, ...against),
  ];
}

function otherGoals(find: Find): Goal[] {
  const start = find(START).p50Ms;
  return [
    atMost("PostgreSQL: 64 at once, at most 0.1 queries a request", 0.1, find(queriesAt("PostgreSQL", 64)).queries),
    atMost("PostgreSQL: alone, at most 1 query a request", ALONE, find(queriesAt("PostgreSQL", 1)).queries),
    atMost("PostgreSQL: below 150 MiB under load", 150, find(POSTGRESQL).memoryMiB),
    atMost("embedded: below 300 MiB under load", 300, find(EMBEDDED).memoryMiB),
    atMost(`${START}: at most 3,000 ms`, 3000, start),
  ];
}

/** What the service's CPU alone would allow: on a busy machine the steadier number. */
function byCpu(find: Find, name: string): string {
  const [limit, own] = [find(BARE).serviceCpuMs, find(name).serviceCpuMs];
  return limit === undefined || own === undefined ? "" : ` (by CPU ${(limit / own).toFixed(2)})`;
}

/** A quotient, and how it came about. */
function quotient(one: number | undefined, other: number | undefined): [number | undefined, string] {
  if (one === undefined || other === undefined) return [undefined, ""];
  return [one / other, ` (${one.toFixed(2)} / ${other.toFixed(2)})`];
}

function atLeast(what: string, bound: number, value: number | undefined, how = ""): Goal {
  return { what, reached: value === undefined ? undefined : value >= bound, numbers: shown(value, how) };
}

function atMost(what: string, bound: number, value: number | undefined, how = ""): Goal {
  return { what, reached: value === undefined ? undefined : value <= bound, numbers: shown(value, how) };
}

function shown(value: number | undefined, how: string): string {
  return value === undefined ? "" : value.toFixed(2) + how;
}
