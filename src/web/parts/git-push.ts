/** A push by Git in words. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { PushData } from "../../events/push-data.ts";
import { counted } from "./number.ts";

/** What is done to one ref. */
const VERBS = { created: "pushed new", pushed: "pushed to", removed: "deleted" } as const satisfies Words<"action">;

const PLURALS = { branch: "branches", tag: "tags" } as const satisfies Words<"refType">;

type Words<Field extends "action" | "refType"> = Readonly<Record<PushData[Field], string>>;

/**
 * What a push did, after a name: `pushed to branch main · 3 commits: Fix the build`, `pushed 5 new tags`. `project`: its path,
 * where that is not clear.
 */
export function gitPush(push: PushData, project?: string): SafeHtml {
  const { action, refType, ref } = push;
  const done = ref === null ? ofSeveral(push) : html`${VERBS[action]} ${refType} <bdi>${ref}</bdi>`;
  return html`${done}${project === undefined ? null : html` in <bdi>${project}</bdi>`}${commits(push)}`;
}

function ofSeveral({ action, refType, refCount }: PushData): string {
  const count = refCount ?? 0;
  return action === "created"
    ? `pushed ${counted(count, `new ${refType}`, `new ${PLURALS[refType]}`)}`
    : `${VERBS[action]} ${counted(count, refType, PLURALS[refType])}`;
}

function commits({ commitCount, commitTitle }: PushData): SafeHtml | null {
  const count = commitCount === 0 ? null : counted(commitCount, "commit");
  if (commitTitle === null) return count === null ? null : html` · ${count}`;
  return html` · ${count === null ? null : `${count}: `}<bdi>${commitTitle}</bdi>`;
}
