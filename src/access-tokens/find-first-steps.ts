/** Finds how far a project has come with its first token, its first push and its first pull. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** What has been done, as far as registries reported it. */
export interface FirstSteps {
  readonly hasToken: boolean;
  readonly hasPushed: boolean;
  readonly hasPulled: boolean;
}

const FIND = `
  select exists (select from access_tokens where project_id = of.id) as "hasToken",
    exists (select from registry_event_counts where project_id = of.id and action = 'push') as "hasPushed",
    exists (select from registry_event_counts where project_id = of.id and action = 'pull') as "hasPulled"
  from (select ?::int as id) of`;

/** The first steps of a project; one query. */
export async function findFirstSteps(em: SqlEntityManager, projectId: number): Promise<FirstSteps> {
  const [found] = await em.execute<FirstSteps[]>(FIND, [projectId]);
  return found ?? { hasToken: false, hasPushed: false, hasPulled: false };
}
