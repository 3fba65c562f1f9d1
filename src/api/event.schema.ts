/** Events as the API writes them, field for field as in GitLab. */
import { z } from "zod";
import { EVENT_ACTIONS, type LoadedEvent, TARGET_TYPES, type TargetType } from "../events/event.entity.ts";
import { PUSH_ACTIONS, type PushData, REF_TYPES } from "../events/push-data.ts";
import type { Links } from "../links.ts";
import { ACTION_NAMES, actionName } from "../schemas/action-name.ts";
import { date } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { briefUserResult, renderBriefUser } from "./user.schema.ts";

/** GitLab writes a type in snake case in filters, and in camel case in results. */
const TYPE_PARAMETERS = {
  access_token: "AccessToken",
  feature_flag: "FeatureFlag",
  group: "Group",
  image: "Image",
  key: "Key",
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

/** What a push by Git did, as JSON; of several branches or tags, `ref` is null and `ref_count` is not. */
const pushResult = z.object({
  commit_count: z.int(),
  action: z.enum(PUSH_ACTIONS),
  ref_type: z.enum(REF_TYPES),
  commit_from: z.string().nullable(),
  commit_to: z.string().nullable(),
  ref: z.string().nullable(),
  commit_title: z.string().nullable(),
  ref_count: z.int().nullable(),
});

/** An event, as JSON. A push by Git has no target; what has one has no `push_data`. */
export const eventResult = z.object({
  id: z.int(),
  project_id: z.int().nullable(),
  action_name: z.enum(ACTION_NAMES),
  target_id: z.int().nullable(),
  target_type: z.enum(TARGET_TYPES).nullable(),
  target_title: z.string().nullable(),
  author_id: z.int(),
  author: briefUserResult,
  author_username: z.string(),
  created_at: z.iso.datetime(),
  push_data: pushResult.optional(),
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
    action_name: actionName(event.action),
    target_id: event.targetId ?? null,
    target_type: event.targetType ?? null,
    target_title: event.targetTitle ?? null,
    author_id: author.id,
    author: renderBriefUser(author, links),
    author_username: author.username,
    created_at: event.createdAt.toISOString(),
    ...(event.pushData == null ? {} : { push_data: renderPush(event.pushData) }),
    access_token_id: event.tokenId ?? null,
    address: event.address ?? null,
  };
}

function renderPush(push: PushData): z.input<typeof pushResult> {
  return {
    commit_count: push.commitCount,
    action: push.action,
    ref_type: push.refType,
    commit_from: push.commitFrom,
    commit_to: push.commitTo,
    ref: push.ref,
    commit_title: push.commitTitle,
    ref_count: push.refCount,
  };
}
