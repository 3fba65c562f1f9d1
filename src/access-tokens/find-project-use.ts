/** Finds how projects are used: by how many tokens, and when somebody pushed to them last. */
import { idArray } from "../database/id-array.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { IS_ACTIVE, MOMENT, momentValues } from "./token-standing.ts";

/** How a project is used. */
export interface ProjectUse {
  /** Its active tokens; an old secret in grace is none of them. */
  readonly tokens: number;
  /** Undefined where no push is known: registries' reports are kept for a while only. */
  readonly lastPushAt: Date | undefined;
}

const FIND = `
  select p.id,
    (select count(*)::int from access_tokens t where t.project_id = p.id and ${IS_ACTIVE}) as tokens,
    (select max(e.happened_at) from registry_events e where e.project_id = p.id and e.action = 'push') as last_push_at
  from (${MOMENT}) moment cross join unnest(?::int[]) as p (id)`;

interface Row {
  readonly id: number;
  readonly tokens: number;
  readonly last_push_at: Date | string | null;
}

/** How each of some projects is used, by their ids. One query, or none for no project. */
export async function findProjectUse(
  { database, clock }: UseCaseServices,
  projectIds: readonly number[],
): Promise<ReadonlyMap<number, ProjectUse>> {
  if (projectIds.length === 0) return new Map();
  const rows = await database.em().execute<Row[]>(FIND, [...momentValues(clock.now()), idArray(projectIds)]);
  return new Map(
    rows.map(({ id, tokens, last_push_at: at }) => [
      id,
      { tokens, lastPushAt: at === null ? undefined : new Date(at) },
    ]),
  );
}
