/** One image of a repository, by a tag: what it is, who pushed it, who pulled it last, and under which other names it is there. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import type { Project } from "../projects/project.entity.ts";
import { type Person, personOf } from "../users/person.ts";
import { type DescribedTag, describeTags } from "./describe-tags.ts";
import type { Done } from "./find-tag-reports.ts";
import type { ImageManifest } from "./image-manifest.ts";
import type { ImageServices } from "./image-services.ts";
import { lookAtRepository } from "./look-at-repository.ts";
import type { ProjectRepository } from "./order-tags.ts";

/** How many of the last pulls and of the other tags are told. */
const SHOWN = 20;

/** An image, and what is known of it. */
export interface FoundImage extends DescribedTag {
  /** What is known of the images of an index, by digest. */
  readonly manifests: ReadonlyMap<string, ImageManifest>;
  /** Its last pulls, the latest first, without anonymous ones. */
  readonly lastPulls: readonly Done[];
  /** Other tags that were pushed last with the same digest. */
  readonly otherTags: readonly string[];
}

/**
 * The image that a tag of a repository names. Whether the caller may pull from it, the door has asked.
 *
 * @throws NotFoundError when the registry has no such tag, or says nothing and no report knows one
 */
export async function findImage(
  services: ImageServices,
  project: Project,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): Promise<FoundImage> {
  const em = services.database.em();
  const of = { projectId: project.id, repository };
  const session = lookAtRepository(services, repository);
  const described = await describeTags(services, session, of, [tag]);
  const [found] = described.tags;
  if (found?.digest === undefined) throw new NotFoundError("Tag");
  return {
    ...found,
    manifests: described.manifests,
    lastPulls: await findLastPulls(em, of, found.digest),
    otherTags: (await findPushedTags(em, of, found.digest)).filter((other) => other !== tag),
  };
}

const LAST_PULLS = `
  select happened_at, u.id, u.username, u.name, u.user_type from registry_events e left join users u on u.id = e.user_id
  where e.repository = ? and e.action = 'pull' and e.digest = ? and e.project_id = ?
  order by happened_at desc limit ${SHOWN}`;

interface PullRow {
  readonly happened_at: Date | string;
  readonly id: number | null;
  readonly username: string;
  readonly name: string;
  readonly user_type: Person["userType"];
}

async function findLastPulls(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
  digest: string,
): Promise<Done[]> {
  const rows = await em.execute<PullRow[]>(LAST_PULLS, [repository, digest, projectId]);
  return rows.map(({ happened_at, id, username, name, user_type }) => ({
    at: new Date(happened_at),
    by: personOf(id, username, name, user_type),
  }));
}

/** Tags of which this is the digest of the last push. The work has a bound: the latest pushes of the repository are looked at. */
const PUSHED_TAGS = `
  with pushed as (
    select distinct on (tag) tag, digest from (
      select tag, digest, happened_at from registry_events
      where repository = ? and action = 'push' and tag is not null and project_id = ?
      order by happened_at desc limit 10000
    ) latest order by tag, happened_at desc
  )
  select tag from pushed where digest = ? order by tag limit ${SHOWN}`;

async function findPushedTags(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
  digest: string,
): Promise<string[]> {
  const rows = await em.execute<{ tag: string }[]>(PUSHED_TAGS, [repository, projectId, digest]);
  return rows.map(({ tag }) => tag);
}
