/** A token's own page: all of it, its use, its repositories, its events. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FoundToken } from "../../access-tokens/find-token.ts";
import { nameOfLevel } from "../../principals/access-level.ts";
import { bars } from "../parts/bars.ts";
import { confirmLink } from "../parts/dialog.ts";
import { ends } from "../parts/ends.ts";
import { eventTable } from "../parts/event-table.ts";
import { type Fact, facts } from "../parts/facts.ts";
import { dayInWords, moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { countInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { scopeChips } from "../parts/scopes.ts";
import { sectionHead } from "../parts/section-head.ts";
import { table } from "../parts/table.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href } from "../protocol/page-links.ts";
import { EVENTS_PER_PAGE } from "./find-place-token.ts";
import { firstUse, firstUseOf } from "./first-use.ts";
import { writeRuleLines } from "./rule-lines.ts";
import type { TokenPlace } from "./token-place.ts";
import { endInWords, person } from "./token-words.ts";

/** What of its events the page shows, and where those of pushes by Git are of, if that is not the token's own project. */
export interface ShownEvents {
  readonly page: number;
  readonly pushedTo: ReadonlyMap<number, string> | undefined;
}

/** The page. */
export function tokenPage(place: TokenPlace, found: FoundToken, { page, pushedTo }: ShownEvents, now: Date): ShownPage {
  const { token, end, events } = found;
  const { links } = place;
  return {
    title: token.name,
    ...place.frame(token.name),
    main: html`${pageHead(token.name, token.description ?? undefined, actions(place, found))}
${end === undefined ? html`<div class="card pad">${firstUse(place, token.id, firstUseOf(token), now)}</div>` : null}
<section class="card pad" aria-label="The token">${facts([...whatItIs(place, found, now), ...whatItMay(found)])}</section>
${use(found, now)}
<section aria-labelledby="events">${sectionHead("events", "Events", "What was done with it and about it, and all that its bot did.")}</section>
${events.events.length === 0 ? nothing("Nothing is recorded.") : eventTable("Events of the token", events.events, now, { pushedTo })}
${pager({ page, perPage: EVENTS_PER_PAGE, total: events.total, hasMore: events.more, at: (to) => links.one(token.id, { page: to }) })}`,
  };
}

function actions({ links, isEnabled, explain }: TokenPlace, { token, end }: FoundToken): SafeHtml {
  const { id, name } = token;
  const href: Href | undefined = explain?.(id);
  const why = href === undefined ? null : html`<a class="btn" href="${href}">Explain access</a>`;
  const again = isEnabled ? html`<a class="btn" href="${links.add({ from: id })}">Duplicate</a>` : null;
  if (end !== undefined) return html`<div class="acts">${why}${again}</div>`;
  const rotate = isEnabled ? html`<a class="btn" href="${links.rotate(id)}">Rotate</a>` : null;
  return html`<div class="acts">${why}${rotate}${again}${confirmLink({ href: links.revoke(id), words: "Revoke", object: name, isDanger: true })}</div>`;
}

function whatItIs({ of }: TokenPlace, { token, end, project, user, createdBy, grace }: FoundToken, now: Date): Fact[] {
  return [
    {
      name: "Secret",
      value: html`<code>…${token.lastFour}</code>`,
      note: "Its last four characters: the rest is known to nobody.",
    },
    end === undefined
      ? { name: "Ends", value: ends(token.expiresAt ?? null, now) }
      : { name: "Ended", value: endInWords(end, now) },
    ...(grace === undefined
      ? []
      : [
          {
            name: "Old secret",
            value: html`<code>…${grace.token.lastFour}</code> ends ${moment(grace.retiresAt, now)}`,
          },
        ]),
    ...("instance" in of
      ? [{ name: "Of", value: project === undefined ? person(user) : html`<bdi>${project.path}</bdi>` }]
      : []),
    ...(project === undefined
      ? []
      : [
          {
            name: "Bot user",
            value: html`${person(user)} <code>${user.username}</code>`,
            note: `${nameOfLevel(token.accessLevel ?? 0)} of its project alone.`,
          },
        ]),
    { name: "Made", value: html`${moment(token.createdAt, now)} by ${person(createdBy)}` },
    {
      name: "Last used",
      value: token.lastUsedAt == null ? "never" : moment(token.lastUsedAt, now),
      ...(token.lastUsedIps == null
        ? {}
        : { note: html`from <span class="num">${token.lastUsedIps.join(", ")}</span>` }),
    },
  ];
}

function whatItMay({ token, standing }: FoundToken): Fact[] {
  return [
    { name: "Scopes", value: scopeChips(token.scopes, standing.unusedScopes) },
    ...(token.repositoryRules == null
      ? []
      : [{ name: "Repositories", value: html`<pre class="lines">${writeRuleLines(token.repositoryRules)}</pre>` }]),
    ...(token.ipAllowList == null
      ? []
      : [{ name: "Addresses", value: html`<span class="num">${token.ipAllowList.join(", ")}</span>` }]),
  ];
}

function use({ project, use: known, usage }: FoundToken, now: Date): SafeHtml {
  const scopes = usage.scopes.map(({ scope, lastUsedAt }) => [
    scopeChips([scope]),
    lastUsedAt === null ? html`<span class="muted">never</span>` : moment(lastUsedAt, now),
  ]);
  const first = known?.days[0];
  const chart =
    known === undefined || first === undefined
      ? null
      : html`<div class="card pad">${bars("Pulls and pushes", { from: first.day, counts: known.days.map(({ pulls, pushes }) => pulls + pushes), one: "use" })}</div>`;
  return html`<section aria-labelledby="use">${sectionHead("use", "Use", "When each scope was last needed, and which repositories it was used for in 30 days.")}</section>
${chart}
${table("Last use of each scope", [{ name: "Scope" }, { name: "Last used" }], scopes)}
${project === undefined ? null : repositories(usage.activity)}`;
}

function repositories(activity: FoundToken["usage"]["activity"]): SafeHtml | null {
  const rows = (activity?.repositories ?? []).map(({ repository, pulls, pushes, lastDay }) => [
    html`<span class="name"><bdi>${repository}</bdi></span>`,
    html`<span class="num">${countInWords(pulls)}</span>`,
    html`<span class="num">${countInWords(pushes)}</span>`,
    dayInWords(lastDay),
  ]);
  if (rows.length === 0) return null;
  return table(
    "Repositories",
    [{ name: "Repository" }, { name: "Pulls" }, { name: "Pushes" }, { name: "Last day" }],
    rows,
  );
}
