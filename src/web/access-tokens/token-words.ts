/** What pages say of tokens, in words. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { DescribedToken } from "../../access-tokens/describe-tokens.ts";
import type { LastImage } from "../../access-tokens/find-last-images.ts";
import type { TokenEnd } from "../../access-tokens/token-end.ts";
import type { Person } from "../../users/person.ts";
import { badge } from "../parts/badge.ts";
import { moment } from "../parts/moment.ts";

const VERBS: Readonly<Record<LastImage["action"], string>> = {
  pull: "pulled",
  push: "pushed",
  mount: "mounted",
  delete: "deleted",
};

/** What was done last: `pushed web:1.8.2`. `prefix`: the path of the project, which is left out of names. */
export function lastImageWords({ action, ...image }: LastImage, prefix: string): string {
  return `${VERBS[action]} ${imageName(image, prefix)}`;
}

/** An image within its project: `web:1.8.2`. `prefix`: the path of the project, which is left out of names. */
export function imageName(
  { repository, tag, digest }: Pick<LastImage, "repository" | "tag" | "digest">,
  prefix: string,
): string {
  const name = repository === prefix ? repository : repository.replace(`${prefix}/`, "");
  const version = tag === null ? (digest === null ? "" : `@${digest.slice(0, 19)}`) : `:${tag}`;
  return `${name}${version}`;
}

/** When a token was last used; a word where it never was. */
export function lastUsed({ token }: DescribedToken, now: Date): SafeHtml {
  return token.lastUsedAt == null ? html`<span class="muted">never</span>` : moment(token.lastUsedAt, now);
}

/** Somebody, by name. */
export function person({ name, userType }: Person): SafeHtml {
  return userType === "ghost" ? html`<span class="muted">Ghost User</span>` : html`<bdi>${name}</bdi>`;
}

const SIMPLE_ENDS = {
  expired: "expired",
  grace_over: "its grace ran out",
  reused: "revoked: an old secret was used",
} as const;

const ENDS_BY = { rotated: "rotated", retired: "ended after its rotation", revoked: "revoked" } as const;

/** How a token ended, when, and by whom. */
export function endInWords(end: TokenEnd, now: Date): SafeHtml {
  const when = html`<p class="sub">${moment(end.at, now)}</p>`;
  if ("by" in end) {
    const by = end.by === "itself" ? "itself" : person(end.by);
    return html`${badge(ENDS_BY[end.kind])}<p class="sub">by ${by}</p>${when}`;
  }
  return html`${badge(SIMPLE_ENDS[end.kind], end.kind === "reused" ? "bad" : "plain")}${when}`;
}
