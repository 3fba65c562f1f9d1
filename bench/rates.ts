/** The main part: all cases side by side, at saturation and at a fixed rate. */
import { join } from "node:path";
import {
  allDifferent,
  BARE,
  bareCase,
  type Case,
  casesOf,
  dockerAuthQuestions,
  LIVENESS,
  questions,
  repeated,
} from "./cases.ts";
import { startDockerAuth } from "./docker-auth.ts";
import { measure, ratio } from "./measure.ts";
import type { Row } from "./report.ts";
import { type Environment, startBareServer, startKeyside } from "./service.ts";
import { type Setting, type Started, withServers } from "./setting.ts";

/** Requests a second: what some hundred nodes ask for in their busiest seconds. */
const FIXED_RATE = 500;

/** Who is answered hardly more often than that has no calm to be measured in. */
const BEARS_FIXED_RATE = 1.2 * FIXED_RATE;

const SATURATED = { rounds: 5, roundMs: 500, warmUpMs: 500 };
const FIXED = { rounds: 2, roundMs: 1500, warmUpMs: 0, perSecond: FIXED_RATE };

/** Measures all cases; a row for each. */
export function measureRates(setting: Setting): Promise<Row[]> {
  const { client, say } = setting;
  return withServers(async (started) => {
    const cases = await startCases(setting, started);
    say(`${cases.length} cases at saturation`);
    const saturated = await measure(client, cases, SATURATED);
    const bearable = cases.filter((one) => !one.isCostly && (saturated.get(one)?.perSecond ?? 0) > BEARS_FIXED_RATE);
    say(`${bearable.length} cases at ${FIXED_RATE} requests a second`);
    const fixed = await measure(client, bearable, FIXED);
    const [limit] = saturated.values();
    return cases.map((one) => {
      const calm = fixed.get(one);
      return {
        name: one.name,
        ...saturated.get(one),
        ratio: ratio(saturated.get(one), limit),
        ...(calm === undefined ? {} : { p50At500Ms: calm.p50Ms, p99At500Ms: calm.p99Ms }),
      };
    });
  });
}

/** Starts all servers; the bare signing limit is the first case. */
async function startCases({ directory, postgresql, embedded, remarks }: Setting, started: Started): Promise<Case[]> {
  const { environment, databasePid, tokens } = postgresql;
  const bare = await started(startBareServer(environment, "ES256"));
  const bareRs256 = await started(startBareServer(environment, "RS256"));
  const one = await started(startKeyside(environment));
  const two = await started(startKeyside({ ...environment, KEYSIDE_WORKERS: "2" }));
  const alone = await started(startKeyside(embedded.environment));
  return [
    bareCase(BARE, bare),
    bareCase(`${BARE} by RS256`, bareRs256),
    { ...LIVENESS, name: LIVENESS.what, server: one },
    ...casesOf(postgresql.name, one, questions(tokens), databasePid),
    ...casesOf(`${postgresql.name}, 2 workers`, two, [repeated(tokens), allDifferent(tokens)], databasePid),
    ...casesOf(embedded.name, alone, questions(embedded.tokens)),
    ...(await dockerAuth(join(directory, "docker_auth"), environment, remarks, started)),
  ];
}

async function dockerAuth(directory: string, environment: Environment, remarks: string[], started: Started) {
  const program = process.env["DOCKER_AUTH"];
  if (program === undefined) {
    remarks.push("docker_auth is left out: DOCKER_AUTH does not name its program");
    return [];
  }
  const server = await started(startDockerAuth(program, directory, environment));
  return casesOf("docker_auth", server, dockerAuthQuestions());
}
