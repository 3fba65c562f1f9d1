/** The page that asks before tokens are revoked: whom it hurts, what goes with them, and how soon it holds. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { DescribedToken } from "../../access-tokens/describe-tokens.ts";
import type { RevocationPreview } from "../../access-tokens/preview-revocation.ts";
import { confirmation } from "../parts/dialog.ts";
import { hiddenField } from "../parts/field.ts";
import { moment } from "../parts/moment.ts";
import { counted } from "../parts/number.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href } from "../protocol/page-links.ts";
import type { TokenPlace } from "./token-place.ts";

/** The page. `action`: where its form is sent to, with the numbers of the tokens. */
export function revokePage(place: TokenPlace, preview: RevocationPreview, action: Href, now: Date): ShownPage {
  const { tokens } = preview;
  const [only] = tokens;
  const what = tokens.length === 1 && only !== undefined ? only.token.name : counted(tokens.length, "token");
  const title = tokens.length === 0 ? "There is nothing to revoke" : `Revoke ${what}?`;
  const content = html`${tokens.length === 1 && only !== undefined ? lastUse(only, now) : list(tokens, now)}
<ul class="consequences">${consequences(preview).map((each) => html`<li>${each}</li>`)}</ul>
${tokens.map(({ token }) => hiddenField("ids", String(token.id)))}`;
  return {
    title,
    ...place.frame("Revoke"),
    main:
      tokens.length === 0
        ? html`<h1>${title}</h1><p>None of these tokens works any more.</p><div><a class="btn" href="${place.links.list()}">All tokens</a></div>`
        : confirmation({ title, content, action, words: `Revoke ${what}`, back: place.links.list(), isDanger: true }),
  };
}

function lastUse({ token, use }: DescribedToken, now: Date): SafeHtml {
  if (token.lastUsedAt == null) return html`<p>It was never used.</p>`;
  const uses = use?.days.reduce((sum, { pulls, pushes }) => sum + pulls + pushes, 0);
  return html`<p>It was last used <strong>${moment(token.lastUsedAt, now)}</strong>${uses === undefined ? null : `, and for ${counted(uses, "pull or push", "pulls and pushes")} in 30 days`}. Whatever uses it stops working.</p>`;
}

function list(tokens: readonly DescribedToken[], now: Date): SafeHtml {
  const items = tokens.map(
    ({ token }) =>
      html`<li><strong><bdi>${token.name}</bdi></strong> <span class="mono">…${token.lastFour}</span>, ${token.lastUsedAt == null ? "never used" : html`last used ${moment(token.lastUsedAt, now)}`}</li>`,
  );
  return html`<ul>${items}</ul>`;
}

function consequences({ tokens, bots, records, registryTokensLastSeconds, skipped }: RevocationPreview): SafeHtml[] {
  const minutes = Math.ceil(registryTokensLastSeconds / 60);
  const isOne = tokens.length === 1;
  const [bot] = bots;
  const ofBots =
    bot === undefined
      ? []
      : [
          bots.length === 1
            ? html`Its bot user <code>${bot.username}</code> is deleted.`
            : html`Their ${bots.length} bot users are deleted.`,
          html`${records === undefined ? "10,000 records or more pass" : records === 1 ? "1 record passes" : `${counted(records, "record")} pass`} to the Ghost User: what was done stays listed.`,
        ];
  return [
    html`From now on ${isOne ? "it gets" : "they get"} no registry token. One that was issued a moment before is accepted for ${counted(minutes, "minute")} at most.`,
    ...ofBots,
    html`${isOne ? "The token stays" : "The tokens stay"} listed as inactive. This cannot be undone.`,
    ...(skipped.length === 0 ? [] : [html`${counted(skipped.length, "token")} of those chosen ended already.`]),
  ];
}
