/** Asks the registry which manifest each of some tags names: by HEAD, which is no pull. */

import { MANIFEST_TYPES } from "./image-manifest.ts";
import { DIGEST_PATTERN } from "./image-name.ts";
import type { RegistrySession } from "./registry-session.ts";

/** What is known of a tag; `gone`: the registry has it no more. */
export type TagDigest = { readonly digest: string } | "gone" | "unknown";

/** What each of some tags names now; unknown where the registry did not say so in time. */
export async function findDigests(
  session: RegistrySession,
  repository: string,
  tags: readonly string[],
): Promise<ReadonlyMap<string, TagDigest>> {
  const found = tags.map(async (tag) => [tag, await findDigest(session, repository, tag)] as const);
  return new Map(await Promise.all(found));
}

async function findDigest(session: RegistrySession, repository: string, tag: string): Promise<TagDigest> {
  const path = `${repository}/manifests/${tag}`;
  const reply = await session.ask({ method: "HEAD", path, accept: MANIFEST_TYPES });
  if (!reply.answered) return "unknown";
  if (reply.status === 404) return "gone";
  const digest = reply.headers.get("docker-content-digest") ?? "";
  return reply.status === 200 && DIGEST_PATTERN.test(digest) ? { digest } : "unknown";
}
