/** Finds how far a project has come with its first token, its first push and its first pull. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { utcDate } from "../clock.ts";

/** What has been done, as far as registries reported it. */
export interface FirstSteps {
  readonly hasToken: boolean;
  readonly hasPushed: boolean;
  readonly hasPulled: boolean;
  /** Pulled on an earlier day than today. */
  readonly hasPulledBefore: boolean;
}

const FIND = `
  select exists (select from access_tokens where project_id = of.id) as "hasToken",
    exists (select from registry_event_counts where project_id = of.id and action = 'push') as "hasPushed",
    exists (select from registry_event_counts where project_id = of.id and action = 'pull') as "hasPulled",
    exists (select from registry_event_counts where project_id = of.id and action = 'pull' and day < of.today)
      as "hasPulledBefore"
  from (select ?::int as id, ?::date as today) of`;

/** The first steps of a project; one query. */
export async function findFirstSteps(em: SqlEntityManager, projectId: number, now: Date): Promise<FirstSteps> {
  const [found] = await em.execute<FirstSteps[]>(FIND, [projectId, utcDate(now)]);
  return found ?? { hasToken: false, hasPushed: false, hasPulled: false, hasPulledBefore: false };
}
