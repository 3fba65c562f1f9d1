/** Finds what bots did last with images of their projects, as registries reported it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { botValues, type ProjectBot } from "./project-bot.ts";

/** What was done with an image, and when. Registries' reports are kept for a while only. */
export interface LastImage {
  readonly action: "pull" | "push" | "mount" | "delete";
  /** The repository's whole name. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly at: Date;
}

/**
 * A client that pulls an image for several platforms names a tag, and then one of its manifests by digest: what it did is
 * known by the tag.
 */
const FIND = `
  select bot.id, last.action, last.repository, last.digest, last.happened_at, coalesce(last.tag, (
      select named.tag from registry_events named
      where named.user_id = bot.id and named.project_id = last.project_id and named.repository = last.repository
        and named.action = last.action and named.tag is not null
        and named.happened_at between last.happened_at - interval '1 minute' and last.happened_at
      order by named.happened_at desc limit 1
    )) as tag
  from unnest(?::int[], ?::int[]) as bot (id, project_id)
  cross join lateral (
    select * from registry_events where user_id = bot.id and project_id = bot.project_id order by happened_at desc, id desc limit 1
  ) last`;

interface Row extends Omit<LastImage, "at"> {
  readonly id: number;
  readonly happened_at: Date | string;
}

/** What each of some bots did last in their project, by the bots' ids; one of whom nothing is known is left out. */
export async function findLastImages(
  em: SqlEntityManager,
  bots: readonly ProjectBot[],
): Promise<ReadonlyMap<number, LastImage>> {
  if (bots.length === 0) return new Map();
  const rows = await em.execute<Row[]>(FIND, [...botValues(bots)]);
  return new Map(
    rows.map(({ id, action, repository, tag, digest, happened_at }) => [
      id,
      { action, repository, tag, digest, at: new Date(happened_at) },
    ]),
  );
}
