/** What the token endpoint's callers feel of others, whom the same process serves meanwhile. */
import { type Case, casesOf, repeated } from "./cases.ts";
import type { Client } from "./load/client.ts";
import { measure } from "./measure.ts";
import type { Row } from "./report.ts";
import type { SeededToken } from "./seed.ts";
import type { Server } from "./service.ts";

const MEASURING = { rounds: 5, roundMs: 2000, warmUpMs: 500, perSecond: 500 };

/** Two rows, and what is done during the second. */
export interface Beside {
  readonly client: Client;
  readonly server: Server;
  readonly tokens: readonly SeededToken[];
  /** The names of the rows: with nobody else, and beside the others. */
  readonly names: { readonly alone: string; readonly beside: string };
  /** What the others do for so many milliseconds, by a client of their own. */
  readonly others: (durationMs: number) => Promise<unknown>;
}

/** The repeated token at 500 requests a second: alone, and beside the others. */
export async function measureBeside({ client, server, tokens, names, others }: Beside): Promise<Row[]> {
  const [alone, beside] = [names.alone, names.beside].map((name) => ({
    ...(casesOf("PostgreSQL", server, [repeated(tokens)])[0] as Case),
    name,
  }));
  if (alone === undefined || beside === undefined) return [];
  const measured = await measure(client, [alone, beside], MEASURING, async (one, round) => {
    if (one !== beside) return await round();
    const [outcome] = await Promise.all([round(), others(MEASURING.roundMs)]);
    return outcome;
  });
  return [alone, beside].map((one) => ({ name: one.name, ...measured.get(one) }));
}
