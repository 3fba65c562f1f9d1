/** What was done, by whom, with which token, and when. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { EventAction, LoadedEvent, TargetType } from "../../events/event.entity.ts";
import { moment } from "./moment.ts";
import { table } from "./table.ts";

/** What a target is called in a sentence; an image says what it is by its name. */
const TARGETS: Readonly<Record<TargetType, string>> = {
  AccessToken: "the token",
  FeatureFlag: "the feature flag",
  Group: "the group",
  Image: "",
  Member: "the member",
  Path: "the path",
  Project: "the project",
  RefreshToken: "the registry sign-in",
  Session: "the session",
  SignInLink: "the",
  User: "the account",
};

/** Actions whose names are no words that follow a name. */
const VERBS: Partial<Readonly<Record<EventAction, string>>> = {
  destroyed: "deleted",
  signed_in: "signed in with",
  signed_out: "signed out of",
  session_ended: "ended",
  joined: "became",
  left: "is no more",
  reused: "used an old secret of",
  expired: "let expire",
};

/** A table of events, as they come. */
export function eventTable(label: string, events: readonly LoadedEvent[], now: Date): SafeHtml {
  const rows = events.map((event) => {
    const author = event.author.$;
    const name = author.userType === "ghost" ? "Ghost User" : author.name;
    const target = TARGETS[event.targetType];
    return [
      html`<span class="name"><bdi>${name}</bdi></span>`,
      html`${VERBS[event.action] ?? event.action} ${target === "" ? null : `${target} `}<bdi>${event.targetTitle}</bdi>`,
      event.address == null || event.address === "" ? null : html`<span class="num">${event.address}</span>`,
      moment(event.createdAt, now),
    ];
  });
  return table(label, [{ name: "Who" }, { name: "What", isWide: true }, { name: "From" }, { name: "When" }], rows);
}
