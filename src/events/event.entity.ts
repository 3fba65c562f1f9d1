/**
 * The record of something that a user did: to a target, or by a push of Git, which has none. It outlives its target and its
 * project, so it keeps the target's name. Its author may become the ghost user, but an event always has one.
 */
import { defineEntity, type Loaded, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "../users/user.entity.ts";
import { GIT_ACTIONS, type PushData } from "./push-data.ts";

/** What can be done to a target. */
export const EVENT_ACTIONS = [
  "created",
  "updated",
  "destroyed",
  "joined",
  "left",
  "rotated",
  "reused",
  "revoked",
  "retired",
  "expired",
  "blocked",
  "unblocked",
  "enabled",
  "disabled",
  "pushed",
  "pulled",
  "mounted",
  "released",
  "signed_in",
  "signed_out",
  "session_ended",
] as const;
/** One of the actions. */
export type EventAction = (typeof EVENT_ACTIONS)[number];

/**
 * What an event is about. A `Member` is identified by the user's id. An `Image` lives in a registry and has no id; its
 * title is `repository:tag` or `repository@digest`. A `Key` is an SSH key: GitLab calls it so. A `Path` is one that a deletion
 * left, and has no id either.
 */
export const TARGET_TYPES = [
  "AccessToken",
  "FeatureFlag",
  "Group",
  "Image",
  "Key",
  "Member",
  "Path",
  "Project",
  "RefreshToken",
  "Session",
  "SignInLink",
  "User",
] as const;
/** One of the types of targets. */
export type TargetType = (typeof TARGET_TYPES)[number];

const EventSchema = defineEntity({
  name: "Event",
  tableName: "events",
  properties: {
    ...baseProperties,
    author: () => p.manyToOne(User).ref(),
    action: p.enum([...EVENT_ACTIONS, ...GIT_ACTIONS]),
    /** With its title, of everything but a push by Git. */
    targetType: p.enum(TARGET_TYPES).nullable(),
    targetId: p.integer().nullable(),
    targetTitle: p.text().nullable(),
    /** Of a push by Git alone. */
    pushData: p.json<PushData>().nullable(),
    /** The project that it happened in; a plain number, since projects are a higher layer than events. */
    projectId: p.integer().nullable(),
    /** The access token that was used; null for a password, or for Keyside itself. */
    tokenId: p.integer().nullable(),
    /** The address that it came from: of the reuse of a rotated secret, and of signing in and out; null for everything else. */
    address: p.text().nullable(),
  },
});

/** An event. */
export class Event extends EventSchema.class {}
EventSchema.setClass(Event);

/** An event with its author. */
export type LoadedEvent = Loaded<Event, "author">;
