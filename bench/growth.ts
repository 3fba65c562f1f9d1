/** How the rate holds with the number of tokens and projects, where no answer can be given again. */
import { allDifferent, type Case, casesOf } from "./cases.ts";
import { measure, ratio } from "./measure.ts";
import type { Row } from "./report.ts";
import { seed } from "./seed.ts";
import { directoriesIn, startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const SIZES = [10, 1_000, 100_000, 1_000_000] as const;
const MEASURING = { rounds: 9, roundMs: 500, warmUpMs: 1500 };

/** The row of a number of tokens and projects. */
export function growthName(count: number): string {
  return `PostgreSQL: all different, of ${count.toLocaleString("en")} tokens (ratio to 10)`;
}

/** Measures a service on a database of each size, side by side; a row for each. */
export function measureGrowth({ client, directory, postgres, say }: Setting): Promise<Row[]> {
  return withServers(async (started) => {
    const cases: (Case & { readonly size: number })[] = [];
    for (const size of SIZES) {
      say(`growth: making ${size} projects and tokens`);
      const url = await postgres.createDatabase(`of_${size}`);
      const environment = { ...directoriesIn(directory, `of-${size}`), DATABASE_URL: url };
      const tokens = await seed(environment, size);
      const server = await started(startKeyside(environment));
      cases.push(
        ...casesOf("PostgreSQL", server, [allDifferent(tokens)], postgres.pid).map((one) => ({ ...one, size })),
      );
    }
    say("growth: measuring");
    const measured = await measure(client, cases, MEASURING);
    const [base] = measured.values();
    return cases.map((one) => ({
      name: growthName(one.size),
      ...measured.get(one),
      ratio: ratio(measured.get(one), base),
    }));
  });
}
