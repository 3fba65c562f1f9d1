/** Events as the API writes them, field for field as in GitLab. */
import { z } from "zod";
import { EVENT_ACTIONS, type LoadedEvent, TARGET_TYPES, type TargetType } from "../events/event.entity.ts";
import type { Links } from "../links.ts";
import { date } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { briefUserResult, renderBriefUser } from "./user.schema.ts";

/** GitLab writes a type in snake case in filters, and in camel case in results. */
const TYPE_PARAMETERS = {
  access_token: "AccessToken",
  feature_flag: "FeatureFlag",
  group: "Group",
  image: "Image",
  member: "Member",
  path: "Path",
  project: "Project",
  refresh_token: "RefreshToken",
  session: "Session",
  sign_in_link: "SignInLink",
  user: "User",
} as const satisfies Record<string, TargetType>;
type TypeParameter = keyof typeof TYPE_PARAMETERS;

/** The query of a list of events; `before` and `after` exclude the dates themselves. */
export const listEventsQuery = pageQuery
  .extend({
    action: z.enum(EVENT_ACTIONS).optional(),
    target_type: z.enum(Object.keys(TYPE_PARAMETERS) as TypeParameter[]).optional(),
    before: date().optional(),
    after: date().optional(),
    sort: z.enum(["asc", "desc"]).default("desc"),
  })
  .transform(({ target_type, ...query }) => ({
    ...query,
    targetType: target_type === undefined ? undefined : TYPE_PARAMETERS[target_type],
  }));

/** An event, as JSON. */
export const eventResult = z.object({
  id: z.int(),
  project_id: z.int().nullable(),
  action_name: z.enum(EVENT_ACTIONS),
  target_id: z.int().nullable(),
  target_type: z.enum(TARGET_TYPES),
  target_title: z.string(),
  author_id: z.int(),
  author: briefUserResult,
  author_username: z.string(),
  created_at: z.iso.datetime(),
  access_token_id: z.int().nullable(),
  /** Ours, not GitLab's: where a secret came from that was rotated away, or somebody who signed in or out. */
  address: z.string().nullable(),
});

/** An event as JSON; its author must be loaded. */
export function renderEvent(event: LoadedEvent, links: Links): z.input<typeof eventResult> {
  const author = event.author.$;
  return {
    id: event.id,
    project_id: event.projectId ?? null,
    action_name: event.action,
    target_id: event.targetId ?? null,
    target_type: event.targetType,
    target_title: event.targetTitle,
    author_id: author.id,
    author: renderBriefUser(author, links),
    author_username: author.username,
    created_at: event.createdAt.toISOString(),
    access_token_id: event.tokenId ?? null,
    address: event.address ?? null,
  };
}
