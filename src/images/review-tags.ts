/** A page of a repository's tags: from the registry, with what its reports tell; where it does not answer, from the reports. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { DAY_MS } from "../clock.ts";
import type { Page } from "../database/page.ts";
import { NotFoundError } from "../errors.ts";
import { decidePeriod, type Period } from "../projects/period.ts";
import type { Project } from "../projects/project.entity.ts";
import { type DescribedTag, describeTags } from "./describe-tags.ts";
import { findReporting, IDLE_DAYS, type Reporting } from "./find-reporting.ts";
import { findRepositoryDays, type RepositoryDay } from "./find-repository-reports.ts";
import { imageOfAttachment } from "./image-name.ts";
import type { ImageServices } from "./image-services.ts";
import { listRegistryTags, type RegistryTags } from "./list-registry-tags.ts";
import { isKnownRepository } from "./list-repositories.ts";
import { lookAtRepository } from "./look-at-repository.ts";
import { listReportedTags, orderTags, type ProjectRepository } from "./order-tags.ts";
import type { RegistryAnswer, RegistrySilence } from "./registry-session.ts";

/** A tag in the list. */
export interface ReviewedTag extends DescribedTag {
  /** Whether nobody pulled it for {@link IDLE_DAYS}, as far as all pulls would be known. */
  readonly isIdle: boolean;
  /** The tags of its signatures and attestations. */
  readonly attachments: readonly string[];
}

/** Who says which tags there are: the registry; its reports, since it said nothing; or nobody, since it has no such repository. */
export type TagSource = "registry" | "missing" | RegistrySilence;

/** A page of tags. */
export interface ReviewedTags {
  readonly tags: readonly ReviewedTag[];
  /** How many fit the search, and how many there are, those of signatures and attestations not among them. */
  readonly found: number;
  readonly total: number;
  /** The tags of signatures and attestations, of whatever image. */
  readonly attachments: readonly string[];
  readonly source: TagSource;
  /** Whether these are all tags that there are. */
  readonly isWhole: boolean;
  readonly reporting: Reporting;
  /** What was pulled and pushed in 30 days, anonymous pulls among it. */
  readonly period: Period;
  readonly days: readonly RepositoryDay[];
}

/**
 * A page of the tags of a repository, those that contain `search`. Whether the caller may pull from it, the door has asked. The
 * number of queries does not depend on how many there are; the registry has some two seconds.
 *
 * @throws NotFoundError when neither the registry nor a report knows the repository
 * @see docs/spec/web.md "Images"
 */
export async function reviewTags(
  services: ImageServices,
  project: Project,
  { repository, search, limit, offset }: Page & { readonly repository: string; readonly search: string },
): Promise<ReviewedTags> {
  const em = services.database.em();
  const now = services.clock.now();
  const of = { projectId: project.id, repository };
  const session = lookAtRepository(services, repository);
  const told = await listRegistryTags(session, repository);
  if (told.kind !== "told" && !(await isKnownRepository(em, of))) throw new NotFoundError("Repository");
  const { tags, isWhole } = await tagsBy(told, em, of);
  const attachments = tags.filter((tag) => imageOfAttachment(tag) !== undefined);
  const images = tags.filter((tag) => imageOfAttachment(tag) === undefined);
  const found = images.filter((tag) => tag.toLowerCase().includes(search.toLowerCase()));
  const listed = await orderTags(em, of, found, { limit, offset });
  const described = await describeTags(services, told.kind === "told" ? session : undefined, of, listed);
  const reporting = await findReporting(em, services);
  const period = decidePeriod({}, now);
  const seesAllPulls = reporting.coversIdle && project.visibility !== "public";
  return {
    tags: described.tags.map((each) => ({
      ...each,
      isIdle: seesAllPulls && isIdle(each, now),
      attachments: attachments.filter((tag) => imageOfAttachment(tag) === each.digest),
    })),
    found: found.length,
    total: images.length,
    attachments,
    source: told.kind === "told" ? "registry" : told.kind,
    isWhole,
    reporting,
    period,
    days: await findRepositoryDays(em, of, period),
  };
}

/** A registry that does not have the repository has none of its tags, whatever was reported. */
async function tagsBy(
  told: RegistryAnswer<RegistryTags>,
  em: SqlEntityManager,
  of: ProjectRepository,
): Promise<RegistryTags> {
  if (told.kind === "told") return told.value;
  return { tags: told.kind === "missing" ? [] : await listReportedTags(em, of), isWhole: true };
}

function isIdle({ digest, reports: { push, lastPull } }: DescribedTag, now: Date): boolean {
  const since = now.getTime() - IDLE_DAYS * DAY_MS;
  return digest !== undefined && [push, lastPull].every((done) => done === undefined || done.at.getTime() < since);
}
