/** Counts the queries of an answer, in a service that is there for that alone. */
import { casesOf, nameOf, questions, REPEATED, repeated } from "./cases.ts";
import type { Order } from "./load/order.ts";
import { orderOf } from "./measure.ts";
import type { Row } from "./report.ts";
import { startCountedService } from "./service.ts";
import type { Place, Setting } from "./setting.ts";

const COUNT_MS = 400;

/** How many ask at once, besides the 16 of all other measurements: the most and the least of the goals. */
const AT_ONCE = [64, 1];

/** Queries an answer, by the names of cases. */
export async function countQueries({ client, postgresql, embedded, say }: Setting): Promise<Row[]> {
  say("counting queries");
  const rows = [];
  for (const place of [postgresql, embedded]) rows.push(...(await countIn(place, client)));
  return rows;
}

async function countIn({ name, environment, tokens }: Place, client: Setting["client"]): Promise<Row[]> {
  const service = await startCountedService(environment);
  const count = async (order: Order) => {
    await client.carryOut({ ...order, durationMs: COUNT_MS / 4 });
    const before = await service.queries();
    const { answers } = await client.carryOut(order);
    return ((await service.queries()) - before) / answers;
  };
  try {
    const rows: Row[] = [];
    for (const one of casesOf(name, service, questions(tokens))) {
      rows.push({ name: one.name, queries: await count(orderOf(one, COUNT_MS)) });
    }
    for (const one of casesOf(name, service, [repeated(tokens)])) {
      for (const connections of AT_ONCE) {
        const queries = await count({ ...orderOf(one, COUNT_MS), connections });
        rows.push({ name: queriesAt(name, connections), queries });
      }
    }
    return rows;
  } finally {
    await service.stop();
  }
}

/** The row of the repeated token at some connections. */
export function queriesAt(place: string, connections: number): string {
  return nameOf(place, `${REPEATED}, ${connections} at once`);
}
