/** Projects, groups and members on the wire, field for field as GitLab's. */
import { z } from "zod";
import { reference } from "../http/reference.ts";
import { flag, id, integer, prose, text } from "../http/validate.ts";
import type { User } from "../users/user.entity.ts";
import { ACCESS_LEVEL_LIST, isAccessLevel } from "./access-level.ts";
import type { Member } from "./member.entity.ts";
import { NAMESPACE_KINDS, type Namespace } from "./namespace.entity.ts";
import { lastSegment, pathSegment } from "./path.ts";
import { type Project, VISIBILITIES } from "./project.entity.ts";

export const referenceParams = z.object({ id: reference });
export const memberParams = z.object({ id: reference, user_id: id() });

export const createProjectBody = z
  .object({
    name: text(255).optional(),
    path: pathSegment.optional(),
    namespace_id: id().nullish(),
    description: prose(2000).nullish(),
    visibility: z.enum(VISIBILITIES).default("private"),
    container_registry_enabled: flag().default(true),
  })
  .refine(({ name, path }) => name !== undefined || path !== undefined, {
    path: ["name"],
    message: "given, and neither is path",
  });

export const namespaceResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  kind: z.enum(NAMESPACE_KINDS),
  full_path: z.string(),
  parent_id: z.int().nullable(),
});

export const projectResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  path_with_namespace: z.string(),
  name_with_namespace: z.string(),
  description: z.string().nullable(),
  visibility: z.enum(VISIBILITIES),
  container_registry_enabled: z.boolean(),
  created_at: z.iso.datetime(),
  creator_id: z.int(),
  namespace: namespaceResult,
});

/** A project as JSON; its route, namespace and namespace's route are loaded. */
export function renderProject(project: Project): z.input<typeof projectResult> {
  return {
    id: project.id,
    name: project.name,
    path: lastSegment(project.route.path),
    path_with_namespace: project.route.path,
    name_with_namespace: `${project.namespace.name} / ${project.name}`,
    description: project.description ?? null,
    visibility: project.visibility,
    container_registry_enabled: project.containerRegistryEnabled,
    created_at: project.createdAt.toISOString(),
    creator_id: project.creator.id,
    namespace: renderNamespace(project.namespace),
  };
}

/** A namespace as JSON; its route is loaded. */
export function renderNamespace(namespace: Namespace): z.input<typeof namespaceResult> {
  return {
    id: namespace.id,
    name: namespace.name,
    path: lastSegment(namespace.route.path),
    kind: namespace.kind,
    full_path: namespace.route.path,
    parent_id: namespace.parent?.id ?? null,
  };
}

export const createGroupBody = z.object({
  name: text(255),
  path: pathSegment,
  parent_id: id().nullish(),
});

export const groupResult = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  full_path: z.string(),
  full_name: z.string(),
  parent_id: z.int().nullable(),
  created_at: z.iso.datetime(),
});

/** A group as JSON; its route is loaded. */
export function renderGroup(group: Namespace): z.input<typeof groupResult> {
  return {
    id: group.id,
    name: group.name,
    path: lastSegment(group.route.path),
    full_path: group.route.path,
    full_name: group.name,
    parent_id: group.parent?.id ?? null,
    created_at: group.createdAt.toISOString(),
  };
}

export const createMemberBody = z.object({
  user_id: id(),
  access_level: integer().pipe(z.int().refine(isAccessLevel, `an access level: ${ACCESS_LEVEL_LIST}`)),
});

export const memberResult = z.object({
  id: z.int(),
  username: z.string(),
  name: z.string(),
  state: z.string(),
  bot: z.boolean(),
  access_level: z.int(),
  created_at: z.iso.datetime(),
});

/** A member as JSON; `id` is the user's, as GitLab has it. */
export function renderMember(member: Member, user: User): z.input<typeof memberResult> {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    state: user.state,
    bot: user.userType === "project_bot",
    access_level: member.accessLevel,
    created_at: member.createdAt.toISOString(),
  };
}
