/** What a service sends to its database, seen at the driver, below the ORM and the prepared queries. */
import pg from "pg";
import { vi } from "vitest";
import { z } from "zod";
import type { TestService } from "./service.ts";

/** A statement that was sent. */
export interface SentStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** How many rows came back. */
  readonly rows: number;
}

const config = z.object({ text: z.string(), values: z.array(z.unknown()).optional() });
const result = z.object({ rows: z.array(z.unknown()).optional() }).optional();

/**
 * Watches both drivers: PGlite by its own `query`, pg by each connection's. Returns a function that answers the
 * statements that some work sent. `vi.restoreAllMocks()` ends the watching.
 */
export async function watchStatements(
  service: Pick<TestService, "container">,
): Promise<(work: () => Promise<unknown>) => Promise<SentStatement[]>> {
  const client: unknown = await service.container.database.em().getConnection().getNativeClient();
  const sender = client instanceof pg.Pool ? pg.Client.prototype : client;
  const driver = vi.spyOn(sender as { query: (...parameters: unknown[]) => Promise<unknown> }, "query");
  return async (work) => {
    driver.mockClear();
    await work();
    const calls = driver.mock.calls.map(([query, values]) =>
      typeof query === "string" ? { text: query, values: Array.isArray(values) ? values : [] } : config.parse(query),
    );
    const results = driver.mock.results.map(({ value }) => value);
    return await Promise.all(
      calls.map(async ({ text, values = [] }, index) => {
        const { rows = [] } = result.parse(await results[index]) ?? {};
        return { text, values, rows: rows.length };
      }),
    );
  };
}

/** Statements without their values: those that the ORM writes into the text are left out too. */
export function shapes(statements: readonly SentStatement[]): [text: string, values: number][] {
  return statements.map(({ text, values }) => [
    text.replaceAll(/'(?:[^']|'')*'/g, "?").replaceAll(/(?<![$\w])\d+/g, "?"),
    values.length,
  ]);
}
