/** The one page that shows the secret of a new token; a second look at it says that it was shown. */
import { html } from "@remix-run/html-template";
import type { FoundToken } from "../../access-tokens/find-token.ts";
import { banner } from "../parts/banner.ts";
import { pageHead } from "../parts/page-head.ts";
import { readyLines } from "../parts/ready-lines.ts";
import { secretBox } from "../parts/secret-box.ts";
import type { ShownPage } from "../protocol/page.ts";
import { firstUse, firstUseOf } from "./first-use.ts";
import { effectOf } from "./form-page.ts";
import { readyWays } from "./ready-ways.ts";
import type { Foresight, TokenPlace } from "./token-place.ts";

/** The page with the secret. */
export function secretPage(
  place: TokenPlace,
  found: FoundToken,
  { secret, foreseen, now, api }: { secret: string; foreseen: Foresight; now: Date; api: string },
): ShownPage {
  const { token, user } = found;
  const { registry, prefix: image } = place.image;
  const ways = readyWays({ secret, username: user.username, scopes: token.scopes, registry, image, api });
  return {
    title: "New secret",
    ...place.frame(token.name, "Its secret"),
    main: html`${pageHead(token.name, "This page shows the secret once. Nobody can show it again: if it is lost, rotate the token.")}
${secretBox({
  of: token.name,
  secret,
  about: "It is stored as a digest alone. It is not in this page's address, and gone when the page is left.",
  more: html`${ways.length === 0 ? null : readyLines("ways", "How to use it", ways)}${firstUse(place, token.id, firstUseOf(token), now)}`,
})}
${effectOf(token.name, foreseen, token.expiresAt ?? undefined)}
<div class="acts"><a class="btn" href="${place.links.one(token.id)}">Details of the token</a><a class="btn" href="${place.links.list()}">All tokens</a></div>`,
  };
}

/** The page without it. */
export function secretWasShownPage(place: TokenPlace, { token }: FoundToken): ShownPage {
  return {
    title: "The secret was shown once",
    ...place.frame(token.name, "Its secret"),
    main: html`${pageHead(token.name)}
${banner({
  kind: "info",
  text: "The secret was shown once, when it was made. Keyside keeps a digest of it alone, so nobody can show it again. If it is lost, rotate the token: that makes a new one.",
})}
<div class="acts">${place.isEnabled ? html`<a class="btn primary" href="${place.links.rotate(token.id)}">Rotate<span class="vh"> <bdi>${token.name}</bdi></span></a>` : null}<a class="btn" href="${place.links.one(token.id)}">Details of the token</a><a class="btn" href="${place.links.list()}">All tokens</a></div>`,
  };
}
