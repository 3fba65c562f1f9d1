/** Where a page has its tags from, where that is not all that there is to know. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { RegistrySilence } from "../../images/registry-session.ts";
import type { ReviewedTags } from "../../images/review-tags.ts";
import { banner } from "../parts/banner.ts";
import { instant } from "../parts/moment.ts";
import type { Href } from "../protocol/page-links.ts";

const SILENCES: Readonly<Record<RegistrySilence, string>> = {
  silent: "The registry does not answer in time.",
  refused: "The registry does not accept Keyside's token: an administrator can find out why.",
  strange: "The registry does not answer as registries do: an administrator can find out why.",
};

/** The banner; nothing where the registry told it all. `href`: where the registry is checked, for those who may have it. */
export function sourceOfTags({ source, isWhole, reporting }: ReviewedTags, href: Href | undefined): SafeHtml | null {
  switch (source) {
    case "registry":
      return isWhole
        ? null
        : banner({ kind: "info", text: "The registry has more tags than Keyside looks at: some are not listed." });
    case "missing":
      return banner({
        kind: "warn",
        text: "The registry has no such repository any more, though something was reported of it.",
      });
    default:
      return banner({
        kind: "warn",
        text: html`${SILENCES[source]} ${insteadOf(reporting.since)}`,
        ...(href && { more: html`<a class="btn" href="${href}">Check the registry</a>` }),
      });
  }
}

function insteadOf(since: Date | undefined): SafeHtml {
  if (since === undefined) return html`Nothing was reported that could stand in its place.`;
  return html`What follows is what registries reported since ${instant(since)}: what was pushed before is not listed, and what changed unreported is not known.`;
}
