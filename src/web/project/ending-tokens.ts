/** Says on all pages of a project which of its tokens end soon, and whether anybody would be hurt. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { EndingToken, EndingTokens } from "../../access-tokens/find-ending-tokens.ts";
import { banner } from "../parts/banner.ts";
import { endsIn } from "../parts/ends.ts";
import { moment } from "../parts/moment.ts";
import { counted } from "../parts/number.ts";
import type { TokenLinks } from "../protocol/page-links.ts";

/** The banner. */
export function endingTokens({ count, first }: EndingTokens, links: TokenLinks, now: Date): SafeHtml {
  const [only] = first;
  const others = count - first.length;
  const items = first.map((token) => html`${inWords(token, links, now)} `);
  const text = html`<strong>${count === 1 ? "A token ends" : `${counted(count, "token")} end`} soon.</strong> ${items}${others > 0 ? `And ${counted(others, "more", "more")}.` : null}`;
  return banner({
    kind: "warn",
    text,
    more:
      count === 1 && only !== undefined
        ? html`<a class="btn" href="${links.rotate(only.id)}">Rotate</a>`
        : html`<a class="btn" href="${links.list({ state: "ends_soon" })}">See them</a>`,
  });
}

function inWords({ id, name, lastFour, expiresAt, lastUsedAt }: EndingToken, links: TokenLinks, now: Date): SafeHtml {
  const use = lastUsedAt === null ? "was never used" : html`was last used ${moment(lastUsedAt, now)}`;
  return html`<a href="${links.one(id)}"><bdi>${name}</bdi></a> <span class="mono">…${lastFour}</span> ends ${endsIn(expiresAt, now)} and ${use}.`;
}
