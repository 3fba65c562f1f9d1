/**
 * Finds what manifests say: from what is kept of them, by digest, else from the registry, of which each is then kept. A
 * manifest never changes, and what has another digest than it should is not believed.
 */
import type { PreparedQuery } from "../database/database.ts";
import { digestOf } from "../registry-access/content-digest.ts";
import { type ImageManifest, MANIFEST_TYPES, type ReadManifest, readManifest, withConfig } from "./image-manifest.ts";
import type { ImageServices } from "./image-services.ts";
import type { RegistrySession } from "./registry-session.ts";

/** The longest configuration that is read, in bytes: they hold the image's history. */
const CONFIG_LIMIT_BYTES = 1024 * 1024;

const FIND: PreparedQuery = {
  name: "find_image_manifests",
  text: "select digest, manifest from image_manifests where digest = any($1::text[])",
};

const KEEP: PreparedQuery = {
  name: "keep_image_manifests",
  text: `
    insert into image_manifests (digest, kept_at, manifest)
    select digest, $2, manifest from jsonb_to_recordset($1::jsonb) as (digest text, manifest jsonb) order by digest
    on conflict (digest) do nothing`,
};

interface Row {
  readonly digest: string;
  readonly manifest: ImageManifest;
}

/**
 * What some manifests of a repository say, and those of the images that they list, by digest; without those that the registry
 * did not show in time. Without a session, what is kept of them.
 */
export async function describeManifests(
  services: Pick<ImageServices, "database" | "clock">,
  session: RegistrySession | undefined,
  repository: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, ImageManifest>> {
  const found = await findManifests(services, session, repository, digests);
  const children = [...found.values()].flatMap((manifest) =>
    manifest.kind === "index" ? manifest.images.map(({ digest }) => digest) : [],
  );
  return new Map([...found, ...(await findManifests(services, session, repository, children))]);
}

async function findManifests(
  { database, clock }: Pick<ImageServices, "database" | "clock">,
  session: RegistrySession | undefined,
  repository: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, ImageManifest>> {
  if (digests.length === 0) return new Map();
  const wanted = [...new Set(digests)];
  const kept = new Map(
    (await database.query<Row>(FIND, [wanted])).map(({ digest, manifest }) => [digest, manifest] as const),
  );
  if (session === undefined) return kept;
  const missing = wanted.filter((digest) => !kept.has(digest));
  const read = await Promise.all(missing.map((digest) => readFromRegistry(session, repository, digest)));
  const news = read.flatMap((manifest, place) => {
    const digest = missing[place];
    return manifest === undefined || digest === undefined ? [] : [{ digest, manifest }];
  });
  if (news.length > 0) await database.query(KEEP, [JSON.stringify(news), clock.now()]);
  return new Map([...kept, ...news.map(({ digest, manifest }) => [digest, manifest] as const)]);
}

async function readFromRegistry(
  session: RegistrySession,
  repository: string,
  digest: string,
): Promise<ImageManifest | undefined> {
  const reply = await session.ask({ path: `${repository}/manifests/${digest}`, accept: MANIFEST_TYPES });
  if (!reply.answered || reply.status !== 200 || digestOf(reply.body) !== digest) return undefined;
  const read = readManifest(reply.body);
  return read === undefined ? undefined : await complete(session, repository, read);
}

/** An image's platform and age are in its configuration; one that cannot be had now is asked for again another time. */
async function complete(
  session: RegistrySession,
  repository: string,
  read: ReadManifest,
): Promise<ImageManifest | undefined> {
  if (!("config" in read) || read.config.size > CONFIG_LIMIT_BYTES) return read.manifest;
  const { digest } = read.config;
  const reply = await session.ask({ path: `${repository}/blobs/${digest}`, limitBytes: CONFIG_LIMIT_BYTES });
  if (!reply.answered || reply.status >= 500) return undefined;
  return reply.status === 200 && digestOf(reply.body) === digest
    ? withConfig(read.manifest, reply.body)
    : read.manifest;
}
