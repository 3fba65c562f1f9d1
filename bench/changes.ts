/** What changes of rights cost those who are not concerned: each may empty what the service remembers. */
import pg from "pg";
import { casesOf, repeated } from "./cases.ts";
import { measure, ratio } from "./measure.ts";
import type { Row } from "./report.ts";
import { startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const CHANGES_PER_SECOND = [0, 1, 10, 100] as const;
const MEASURING = { rounds: 3, roundMs: 2000, warmUpMs: 500 };

/** Changes the level of a member of another project. */
const CHANGE = "update members set access_level = case access_level when 30 then 40 else 30 end where id = $1";

/** The row of some changes a second. */
export function changesName(perSecond: number): string {
  return `PostgreSQL: repeated, ${perSecond} changes of rights a second (ratio to 0)`;
}

/** Measures the repeated token while another project's members change; a row for each rate of changes. */
export function measureChanges({ client, postgresql, say }: Setting): Promise<Row[]> {
  const { environment, tokens, databasePid } = postgresql;
  say("changes of rights");
  return withServers(async (started) => {
    const server = await started(startKeyside(environment));
    const cases = CHANGES_PER_SECOND.flatMap((perSecond) =>
      casesOf("PostgreSQL", server, [repeated(tokens)], databasePid).map((one) => ({ ...one, changes: perSecond })),
    );
    const database = new pg.Pool({ connectionString: environment["DATABASE_URL"], max: 1 });
    // A connection that is lost between two changes fails the next one.
    database.on("error", () => undefined);
    const change = () => database.query(CHANGE, [tokens.at(-1)?.memberId]);
    try {
      const measured = await measure(client, cases, MEASURING, (one, round) => during(round, change, one.changes));
      const [base] = measured.values();
      return cases.map((one) => ({
        name: changesName(one.changes),
        ...measured.get(one),
        ratio: ratio(measured.get(one), base),
      }));
    } finally {
      await database.end();
    }
  });
}

/** Makes changes at an even rate while something goes on. @throws the error of a change that failed */
async function during<Result>(
  work: () => Promise<Result>,
  change: () => Promise<unknown>,
  perSecond: number,
): Promise<Result> {
  const changes: Promise<unknown>[] = [];
  const timer = perSecond === 0 ? undefined : setInterval(() => changes.push(change()), 1000 / perSecond);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await Promise.all(changes);
  }
}
