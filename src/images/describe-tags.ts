/** All that is known of some tags: what they name, what that is, who pushed it, and who pulls it. */
import { DAY_MS } from "../clock.ts";
import { describeManifests } from "./describe-manifests.ts";
import { findDigests } from "./find-digests.ts";
import { type AskedTag, findTagReports, type TagReports } from "./find-tag-reports.ts";
import type { ImageManifest } from "./image-manifest.ts";
import type { ImageServices } from "./image-services.ts";
import type { ProjectRepository } from "./order-tags.ts";
import type { RegistrySession } from "./registry-session.ts";
import { type ImageSummary, sumUpImage } from "./sum-up-image.ts";

/** Over how many days pulls are counted. */
const COUNTED_DAYS = 30;

/** A tag, and what is known of its image. */
export interface DescribedTag {
  readonly tag: string;
  /** Undefined where neither the registry nor a report said it. */
  readonly digest: string | undefined;
  /** Whether the registry itself said so just now. */
  readonly isCurrent: boolean;
  readonly manifest: ImageManifest | undefined;
  readonly summary: ImageSummary | undefined;
  readonly reports: TagReports;
}

/** Tags, and what is known of the images that they and their indexes name, by digest. */
export interface DescribedTags {
  readonly tags: readonly DescribedTag[];
  readonly manifests: ReadonlyMap<string, ImageManifest>;
}

/**
 * Describes tags, in their order, without those that the registry turns out to have no more. What it does not say in time,
 * its reports may. `session`: undefined where the registry says nothing.
 */
export async function describeTags(
  services: ImageServices,
  session: RegistrySession | undefined,
  of: ProjectRepository,
  tags: readonly string[],
): Promise<DescribedTags> {
  const { repository } = of;
  const digests = session === undefined ? undefined : await findDigests(session, repository, tags);
  const there = tags.flatMap((tag): AskedTag[] => {
    const named = digests?.get(tag) ?? "unknown";
    return named === "gone" ? [] : [{ tag, digest: named === "unknown" ? undefined : named.digest }];
  });
  const reported = await report(services, of, there);
  const asked = there.map(({ tag, digest }) => ({
    tag,
    digest: digest ?? reported.get(tag)?.push?.digest ?? undefined,
  }));
  const isGuessed = asked.some(({ digest }, place) => digest !== there[place]?.digest);
  const reports = isGuessed ? await report(services, of, asked) : reported;
  const wanted = asked.flatMap(({ digest }) => digest ?? []);
  const manifests = await describeManifests(services, session, repository, wanted);
  return {
    tags: asked.map((each, place) => ({
      ...describe(each, manifests, reports.get(each.tag)),
      isCurrent: there[place]?.digest !== undefined,
    })),
    manifests,
  };
}

async function report({ database, clock }: ImageServices, of: ProjectRepository, tags: readonly AskedTag[]) {
  const since = new Date(clock.now().getTime() - COUNTED_DAYS * DAY_MS);
  return await findTagReports(database.em(), { ...of, since }, tags);
}

function describe(
  { tag, digest }: AskedTag,
  manifests: ReadonlyMap<string, ImageManifest>,
  reports: TagReports = { push: undefined, pulls: 0, lastPull: undefined },
): Omit<DescribedTag, "isCurrent"> {
  const manifest = digest === undefined ? undefined : manifests.get(digest);
  return { tag, digest, manifest, summary: manifest && sumUpImage(manifest, manifests), reports };
}
