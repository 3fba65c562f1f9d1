/** Whether a token has been used yet: told while one looks. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AccessToken } from "../../access-tokens/access-token.entity.ts";
import type { FirstUse } from "../../access-tokens/find-first-use.ts";
import { icon } from "../parts/icon.ts";
import { moment } from "../parts/moment.ts";
import { pageHead } from "../parts/page-head.ts";
import { renewed, settled, waiting } from "../parts/renewed.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { TokenPlace } from "./token-place.ts";

const PART = "first-use";

/** How often it is asked for, in seconds: a use is written within five. */
const EVERY_SECONDS = 2;

/** The line, which changes with the first use; without a script, a link looks again. */
export function firstUse({ links }: TokenPlace, tokenId: number, used: FirstUse, now: Date): SafeHtml {
  const { lastUsedAt, client, address } = used;
  if (lastUsedAt === null) {
    const words = html`Not used yet. <a href="${links.one(tokenId)}">Look again</a>`;
    return renewed({ id: PART, from: links.firstUse(tokenId), on: EVERY_SECONDS }, waiting(words));
  }
  const by = client === null ? null : html` by <bdi>${client}</bdi>`;
  const from = address === null ? null : html` from <span class="num">${address}</span>`;
  const words = html`Used ${moment(lastUsedAt, now)}${by}${from}.`;
  return settled(PART, html`<p class="live">${icon("check")}<span>${words}</span></p>`);
}

/** What a token's row says of it. */
export function firstUseOf({
  createdAt,
  lastUsedAt = null,
  lastUsedClient = null,
  lastUsedIps,
}: AccessToken): FirstUse {
  return { createdAt, lastUsedAt, client: lastUsedClient, address: lastUsedIps?.[0] ?? null };
}

/** The page that answers whether it was used. */
export function firstUsePage(place: TokenPlace, tokenId: number, used: FirstUse, now: Date): ShownPage {
  return {
    title: "Use of the token",
    ...place.frame("Use of the token"),
    main: html`${pageHead("Use of the token")}${firstUse(place, tokenId, used, now)}`,
  };
}
