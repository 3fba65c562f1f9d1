/** Asks the registry which tags a repository has. */
import { z } from "zod";
import { TAG_PATTERN } from "./image-name.ts";
import { parseJson } from "./parse-json.ts";
import { type RegistryAnswer, type RegistrySession, silenceOf } from "./registry-session.ts";

/** How many tags of a repository are looked at. */
export const MAXIMUM_TAGS = 10_000;

/** A registry without a single tag answers null. @see OCI distribution specification, "Content Discovery" */
const tagList = z.object({ tags: z.array(z.unknown()).nullable() });

/** The tags, each once, in no order; what is none by the grammar is left out. `isWhole`: whether these are all. */
export interface RegistryTags {
  readonly tags: readonly string[];
  readonly isWhole: boolean;
}

/** The tags of a repository; missing where the registry does not know it. */
export async function listRegistryTags(
  session: RegistrySession,
  repository: string,
): Promise<RegistryAnswer<RegistryTags>> {
  const reply = await session.ask({ path: `${repository}/tags/list` });
  if (!reply.answered || reply.status !== 200) return silenceOf(reply);
  const read = tagList.safeParse(parseJson(reply.body));
  if (!read.success) return { kind: "strange" };
  const all = new Set((read.data.tags ?? []).filter((tag) => typeof tag === "string" && TAG_PATTERN.test(tag)));
  const tags = [...all].slice(0, MAXIMUM_TAGS) as string[];
  // Registries give all at once unless asked otherwise; one that does not says that there is more.
  return { kind: "told", value: { tags, isWhole: all.size <= MAXIMUM_TAGS && !reply.headers.has("link") } };
}
