/** Measures cases side by side: each for a short while, round after round, so that a busy machine is busy for all. */
import type { Case } from "./cases.ts";
import type { Client } from "./load/client.ts";
import type { Order, Outcome } from "./load/order.ts";
import { usageOf } from "./processes.ts";
import { median } from "./statistics.ts";

/** As many as a node with a few pulls at once has. */
const CONNECTIONS = 16;

/** Of what takes some 100 ms on purpose, more at once would only wait for each other. */
const COSTLY_CONNECTIONS = 4;

/**
 * Before each round, not measured: a service that was asked nothing for some seconds has caches to fill, code to compile
 * again and memory to tidy, which one that is busy all day has not.
 */
const LEAD_MS = 200;

/** How a case is measured. */
export interface Measuring {
  readonly rounds: number;
  readonly roundMs: number;
  /** Before the first round: until the code is compiled and the database's pages are in memory. */
  readonly warmUpMs: number;
  /** Requests a second; unless given, as many as are answered. */
  readonly perSecond?: number;
}

/** The medians of the rounds, and what an answer costs; undefined where it is not to be seen. */
export interface Measured {
  readonly perSecond: number;
  /** Requests a second, round by round. */
  readonly rounds: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all processes of the service, and of the database's server, for one answer. */
  readonly serviceCpuMs: number | undefined;
  readonly databaseCpuMs: number | undefined;
  /** The most that the service's processes had in memory at the end of a round. */
  readonly memoryMiB: number | undefined;
}

interface Round extends Outcome {
  readonly serviceCpuMs: number | undefined;
  readonly databaseCpuMs: number | undefined;
  readonly memoryMiB: number | undefined;
}

/** Measures all cases; the answers are in the cases' order. `around` does something during each round of a case. */
export async function measure<Some extends Case>(
  client: Client,
  cases: readonly Some[],
  { rounds, roundMs, warmUpMs, perSecond }: Measuring,
  around: (one: Some, round: () => Promise<Round>) => Promise<Round> = (_one, round) => round(),
): Promise<ReadonlyMap<Some, Measured>> {
  const results = new Map<Some, Round[]>(cases.map((one) => [one, []]));
  for (const one of warmUpMs > 0 ? cases : []) if (!one.isCostly) await client.carryOut(orderOf(one, warmUpMs));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of inTurn(cases)) {
      const order = { ...orderOf(one, roundMs), ...(perSecond === undefined ? {} : { perSecond }) };
      results.get(one)?.push(await around(one, () => measureRound(client, one, order)));
    }
  }
  return new Map([...results].map(([one, done]) => [one, summary(done)]));
}

/** One case of each server, then another of each, and so on: so that no case always comes when its server has rested longest. */
export function inTurn<Some extends Pick<Case, "server">>(cases: readonly Some[]): Some[] {
  const byServer = [...Map.groupBy(cases, ({ server }) => server).values()];
  const turns = Math.max(0, ...byServer.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => byServer.flatMap((own) => own.slice(turn, turn + 1))).flat();
}

/** The rate of one case as a share of another's: the median of the rounds' ratios, since a round is over in seconds. */
export function ratio(one: Measured | undefined, base: Measured | undefined): number {
  return median(one?.rounds.map((rate, round) => rate / (base?.rounds[round] ?? Number.NaN)) ?? []);
}

/** What a client is told to ask in a case. */
export function orderOf(one: Case, durationMs: number): Order {
  const { server, requests, statuses, localAddress, once, isCostly } = one;
  const { port } = server;
  const optional = { ...(localAddress === undefined ? {} : { localAddress }), ...(once === undefined ? {} : { once }) };
  const connections = one.connections ?? (isCostly ? COSTLY_CONNECTIONS : CONNECTIONS);
  return { port, requests, statuses, connections, durationMs, ...optional };
}

async function measureRound(client: Client, { server, databasePid }: Case, order: Order) {
  const usage = async () => ({
    service: await usageOf(server.pid),
    database: databasePid === undefined ? undefined : await usageOf(databasePid),
  });
  if (!order.once) await client.carryOut({ ...order, durationMs: LEAD_MS });
  const before = await usage();
  const outcome = await client.carryOut(order);
  const after = await usage();
  const cost = (of: "service" | "database") => {
    const [first, last] = [before[of], after[of]];
    return first && last && last.cpuMs - first.cpuMs;
  };
  return {
    ...outcome,
    serviceCpuMs: cost("service"),
    databaseCpuMs: cost("database"),
    memoryMiB: after.service?.residentMiB,
  };
}

function summary(rounds: readonly Round[]): Measured {
  const answers = rounds.reduce((sum, round) => sum + round.answers, 0);
  const perAnswer = (of: "serviceCpuMs" | "databaseCpuMs") => {
    const spent = rounds.flatMap((round) => round[of] ?? []);
    return spent.length === 0 ? undefined : spent.reduce((sum, each) => sum + each, 0) / answers;
  };
  const memory = rounds.flatMap(({ memoryMiB }) => memoryMiB ?? []);
  return {
    perSecond: median(rounds.map((round) => round.perSecond)),
    rounds: rounds.map((round) => round.perSecond),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    serviceCpuMs: perAnswer("serviceCpuMs"),
    databaseCpuMs: perAnswer("databaseCpuMs"),
    memoryMiB: memory.length === 0 ? undefined : Math.max(...memory),
  };
}
