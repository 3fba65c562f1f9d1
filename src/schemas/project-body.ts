/** What creates projects, and changes them: the same for programs and for people. */
import { z } from "zod";
import { MAXIMUM_SEGMENT_LENGTH } from "../namespaces/path.ts";
import { VISIBILITIES } from "../projects/project.entity.ts";
import { flag, id, prose, text } from "./fields.ts";
import { pathSegment } from "./path-segment.ts";

/** Newer clients send `container_registry_access_level`, older ones `container_registry_enabled`. */
export const registryAccess = z.enum(["enabled", "disabled"]);

/** What a project is made from: a name, a path or both. */
export const createProjectBody = z
  .object({
    name: text(255).optional(),
    path: pathSegment("project").optional(),
    namespace_id: id().nullish(),
    description: prose(2000).nullish(),
    visibility: z.enum(VISIBILITIES).default("private"),
    container_registry_enabled: flag().optional(),
    container_registry_access_level: registryAccess.optional(),
  })
  .refine(({ name, path }) => name !== undefined || path !== undefined, {
    path: ["name"],
    params: { missing: true },
  })
  .meta({
    // Where there is no path, it is made from the letters and digits of the name.
    anyOf: [
      { required: ["path"] },
      { required: ["name"], properties: { name: { pattern: "[A-Za-z0-9]", maxLength: MAXIMUM_SEGMENT_LENGTH } } },
    ],
  });

/** The body that changes a project; `path` may only repeat the present path. */
export const updateProjectBody = z.object({
  name: text(255).optional(),
  path: text(MAXIMUM_SEGMENT_LENGTH).optional(),
  description: prose(2000).nullish(),
  visibility: z.enum(VISIBILITIES).optional(),
  container_registry_enabled: flag().optional(),
  container_registry_access_level: registryAccess.optional(),
  default_branch: text(255).optional(),
});

/** Whether the registry is to be on; undefined where the body does not say. */
export function wantsRegistry(body: {
  container_registry_enabled?: boolean | undefined;
  container_registry_access_level?: z.output<typeof registryAccess> | undefined;
}): boolean | undefined {
  const { container_registry_access_level: level, container_registry_enabled: enabled } = body;
  return level === undefined ? enabled : level === "enabled";
}
