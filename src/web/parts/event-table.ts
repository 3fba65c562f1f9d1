/** What was done, by whom, with which token, and when. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { LoadedEvent, TargetType } from "../../events/event.entity.ts";
import type { Href } from "../protocol/page-links.ts";
import { badge } from "./badge.ts";
import { gitPush } from "./git-push.ts";
import { moment } from "./moment.ts";
import { table } from "./table.ts";

/** What a target is called in a sentence; an image says what it is by its name. */
const TARGETS: Readonly<Record<TargetType, string>> = {
  AccessToken: "the token",
  FeatureFlag: "the feature flag",
  Group: "the group",
  Image: "",
  Key: "the SSH key",
  Member: "the member",
  Path: "the path",
  Project: "the project",
  RefreshToken: "the registry sign-in",
  Session: "the session",
  SignInLink: "the",
  User: "the account",
};

/** Actions whose names are no words that follow a name. */
const VERBS: Partial<Readonly<Record<LoadedEvent["action"], string>>> = {
  destroyed: "deleted",
  signed_in: "signed in with",
  signed_out: "signed out of",
  session_ended: "ended",
  joined: "became",
  left: "is no more",
  reused: "used an old secret of",
  expired: "let expire",
};

/** What is shown beside events that are of more than one author, token or project. */
export interface EventContext {
  /** Where what an author or a token did is listed, and where the events of a project are. */
  readonly links: {
    readonly author: (username: string) => Href;
    readonly token: (id: number) => Href;
    readonly project: (path: string) => Href;
  };
  /** The names of tokens by their ids. */
  readonly tokens: ReadonlyMap<number, string>;
  /** The paths of projects by their ids; undefined where all events are of one. */
  readonly projects: ReadonlyMap<number, string> | undefined;
}

/** What is shown of events beside themselves. */
export interface EventTableOptions {
  readonly context?: EventContext;
  /** The paths of the projects that were pushed to by Git, by their ids, where nothing else on the page says them. */
  readonly pushedTo?: ReadonlyMap<number, string> | undefined;
}

/** A table of events, as they come. */
export function eventTable(
  label: string,
  events: readonly LoadedEvent[],
  now: Date,
  { context, pushedTo }: EventTableOptions = {},
): SafeHtml {
  const rows = events.map((event) => [
    whoDid(event, context),
    whatWasDone(event, pushedTo?.get(event.projectId ?? 0)),
    ...(context === undefined ? [] : [withToken(event, context)]),
    ...(context?.projects === undefined ? [] : [inProject(context.projects.get(event.projectId ?? 0), context)]),
    event.address == null || event.address === "" ? null : html`<span class="num">${event.address}</span>`,
    moment(event.createdAt, now),
  ]);
  const columns = [
    { name: "Who" },
    { name: "What", isWide: true },
    ...(context === undefined ? [] : [{ name: "Token" }]),
    ...(context?.projects === undefined ? [] : [{ name: "Project" }]),
    { name: "From" },
    { name: "When" },
  ];
  return table(label, columns, rows);
}

function whoDid({ author: { $: author } }: LoadedEvent, context: EventContext | undefined): SafeHtml {
  const name = author.userType === "ghost" ? "Ghost User" : author.name;
  const who =
    context === undefined
      ? html`<span class="name"><bdi>${name}</bdi></span>`
      : html`<a class="name" href="${context.links.author(author.username)}"><bdi>${name}</bdi></a>`;
  return html`${who}${author.userType === "project_bot" ? html` ${badge("bot")}` : null}`;
}

function whatWasDone(
  { action, targetType, targetTitle, pushData }: LoadedEvent,
  project: string | undefined,
): SafeHtml {
  if (pushData != null) return gitPush(pushData, project);
  const target = targetType == null ? "" : TARGETS[targetType];
  return html`${VERBS[action] ?? action} ${target === "" ? null : `${target} `}<bdi>${targetTitle}</bdi>`;
}

function withToken({ tokenId }: LoadedEvent, { tokens, links }: EventContext): SafeHtml | null {
  if (tokenId == null) return null;
  return html`<a href="${links.token(tokenId)}"><bdi>${tokens.get(tokenId) ?? `number ${tokenId}`}</bdi></a>`;
}

function inProject(path: string | undefined, { links }: EventContext): SafeHtml | null {
  return path === undefined ? null : html`<a href="${links.project(path)}"><bdi>${path}</bdi></a>`;
}
