/** What repository rules and allow-lists cost a token, where no answer can be given again. */

import { pino } from "pino";
import { systemClock } from "../src/clock.ts";
import { readConfig } from "../src/config.ts";
import { systemIds } from "../src/ids.ts";
import { createContainer } from "../src/server/container.ts";
import { allDifferent, casesOf } from "./cases.ts";
import { measure, ratio } from "./measure.ts";
import type { Row } from "./report.ts";
import { type SeededToken, seed } from "./seed.ts";
import { directoriesIn, type Environment, startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

/** How many tokens each of the cases has. */
const TOKENS = 100;

/** The most that a token may have. */
const RULES = 20;
const PATTERNS = 20;
const NETWORKS = 100;

const MEASURING = { rounds: 9, roundMs: 500, warmUpMs: 1000 };

const WITHOUT = "PostgreSQL: 100 tokens without rules";
/** The rows that the goal is about. */
export const WITH_RULES = "PostgreSQL: 100 tokens of 20 rules of 20 patterns (ratio to those without)";
const WITH_NETWORKS = "PostgreSQL: 100 tokens of 100 networks (ratio to those without)";

/** Measures tokens with and without, of one database, side by side; a row for each. */
export function measureRules({ client, directory, postgres, say }: Setting): Promise<Row[]> {
  return withServers(async (started) => {
    say(`rules: making ${3 * TOKENS} projects and tokens`);
    const url = await postgres.createDatabase("rules");
    const environment = { ...directoriesIn(directory, "rules"), DATABASE_URL: url };
    const tokens = await seed(environment, 3 * TOKENS);
    const [plain, ruled, listed] = [0, 1, 2].map((third) => tokens.slice(third * TOKENS, (third + 1) * TOKENS));
    await limit(environment, ruled ?? [], listed ?? []);
    const server = await started(startKeyside(environment));
    const cases = [
      [WITHOUT, plain],
      [WITH_RULES, ruled],
      [WITH_NETWORKS, listed],
    ].flatMap(([name, some]) =>
      casesOf("PostgreSQL", server, [allDifferent(some as SeededToken[])], postgres.pid).map((one) => ({
        ...one,
        name: String(name),
      })),
    );
    say("rules: measuring");
    const measured = await measure(client, cases, MEASURING);
    const [base] = measured.values();
    return cases.map((one) => ({ name: one.name, ...measured.get(one), ratio: ratio(measured.get(one), base) }));
  });
}

/** Gives some tokens rules of which the last pattern alone matches, and others lists of which the last network does. */
async function limit(
  environment: Environment,
  ruled: readonly SeededToken[],
  listed: readonly SeededToken[],
): Promise<void> {
  const container = await createContainer({
    config: readConfig(environment),
    clock: systemClock,
    ids: systemIds,
    log: pino({ level: "silent" }),
  });
  try {
    for (const { memberId } of ruled) {
      const rules = JSON.stringify(rulesOf(memberId));
      await container.database
        .em()
        .execute("update access_tokens set repository_rules = ?::jsonb where id = ?", [rules, memberId]);
    }
    const networks = `{${[...Array.from({ length: NETWORKS - 1 }, (_, index) => `10.${index}.0.0/16`), "127.0.0.0/8"].join(",")}}`;
    for (const { memberId } of listed)
      await container.database
        .em()
        .execute("update access_tokens set ip_allow_list = ?::text[] where id = ?", [networks, memberId]);
  } finally {
    await container.close();
  }
}

/** The rules of one token, which are those of no other. */
function rulesOf(number: number): { repositories: string[]; actions: string[] }[] {
  const patterns = Array.from({ length: RULES * PATTERNS - 1 }, (_, index) => `${number}-${index}/svc-*/**`).concat(
    "r*",
  );
  return Array.from({ length: RULES }, (_, index) => ({
    repositories: patterns.slice(index * PATTERNS, (index + 1) * PATTERNS),
    actions: ["pull", "push"],
  }));
}
