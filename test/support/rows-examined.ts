/** How much work a statement makes the database do, counted in rows: a measure that a busy machine does not change. */
import type { TestService } from "./service.ts";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows of tables, or of these alone, the database looks at when it runs a statement, which this does. */
export async function rowsExamined(
  { container }: Pick<TestService, "container">,
  { name, text, values }: { readonly name: string; readonly text: string; readonly values: readonly unknown[] },
  tables?: readonly string[],
): Promise<number> {
  const explain = { name: `explain_${name}`, text: `explain (analyze, format json) ${text}` };
  const [answer] = await container.database.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(explain, [...values]);
  return (answer?.["QUERY PLAN"] ?? []).reduce((sum, { Plan }) => sum + rowsOf(Plan, tables), 0);
}

/** In one part of a plan, and in what is below it. */
function rowsOf(node: PlanNode, tables: readonly string[] | undefined): number {
  const each =
    node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  const table = node["Relation Name"];
  const isMeant = table !== undefined && (tables === undefined || tables.includes(table));
  const own = isMeant ? Math.ceil(each * node["Actual Loops"]) : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsOf(child, tables), 0);
}
