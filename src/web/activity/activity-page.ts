/** The list of events, with its filter, its chart and its downloads. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { daysBetween } from "../../clock.ts";
import type { EventsOfDay } from "../../events/count-events-by-day.ts";
import { COUNTED_EVENTS, type EventPage } from "../../events/list-events.ts";
import type { Period } from "../../projects/period.ts";
import { bars } from "../parts/bars.ts";
import { disclosure } from "../parts/disclosure.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { type EventContext, eventTable } from "../parts/event-table.ts";
import { hiddenField, type TextField, textField } from "../parts/field.ts";
import { dayInWords } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { countInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { selectField } from "../parts/select-field.ts";
import { toolbar } from "../parts/toolbar.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import { EVENTS_PER_PAGE, KINDS, LAST_PAGE, type TypedFilter } from "./activity-filter.ts";
import type { ActivityPlace } from "./activity-place.ts";

/** What was found. */
export interface Activity {
  readonly period: Period;
  readonly events: EventPage;
  readonly days: readonly EventsOfDay[];
  /** Whether the days have all events, and not the latest alone. */
  readonly isWhole: boolean;
  readonly context: EventContext;
}

/** What the page shows. */
export interface ActivityView {
  readonly query: TypedFilter;
  readonly page: number;
  /** The filter as it is shown, with what is wrong with it. */
  readonly form: FormState;
  /** Undefined where the filter cannot be read. */
  readonly activity: Activity | undefined;
  readonly now: Date;
}

const LABELS = {
  ...{ kind: "Kind", who: "Who", token: "Token", repository: "Repository", project: "Project" },
  ...{ from: "From", to: "To", search: "Text" },
};

/** The page. */
export function activityPage(place: ActivityPlace, { query, page, form, activity, now }: ActivityView): ShownPage {
  const { links, title, heading, about, frame } = place;
  const downloads = html`<div class="acts"><a class="btn" href="${links.file("csv", query)}" download>CSV</a><a class="btn" href="${links.file("json", query)}" download>JSON</a></div>`;
  const { search, ...others } = query;
  return {
    title,
    ...frame(),
    main: html`${pageHead(heading, about, downloads)}
${errorSummary(form, LABELS)}
${toolbar(
  null,
  searchField({
    action: links.list(),
    label: "Search events",
    placeholder: "Name, branch or address",
    value: search,
    keep: others,
  }),
)}
${filterForm(place, query, form)}
${activity === undefined ? null : found(place, activity, query, page, now)}`,
  };
}

function filterForm({ kind, links }: ActivityPlace, query: TypedFilter, form: FormState): SafeHtml {
  const kinds = Object.entries(KINDS).flatMap(([value, each]) =>
    kind === "project" && "isOfInstance" in each ? [] : [{ value, words: each.words }],
  );
  const isOpen = form.problems.length > 0 || Object.entries(query).some(([name, value]) => name !== "search" && value);
  const field = (name: keyof typeof LABELS, more: Omit<TextField, "name" | "label">) =>
    textField(form, { name, label: LABELS[name], isOptional: true, autocomplete: "off", ...more });
  const content = html`<form class="pad" method="get" action="${links.list()}" aria-label="Filter">
${hiddenField("search", query.search)}<div class="two">
${selectField(form, { name: "kind", label: LABELS.kind, choices: [{ value: "", words: "All" }, ...kinds] })}
${field("who", { maximumLength: 255, hint: "A username, of a person or a bot." })}
${field("token", { maximumLength: 10, hint: "Its number: what was done with it, about it, and by its bot." })}
${field("repository", { maximumLength: 1000, hint: "Of images: its whole name." })}
${kind === "instance" ? field("project", { maximumLength: 1000, hint: "Its full path." }) : null}
${field("from", { type: "date" })}
${field("to", { type: "date" })}
</div>
<div class="acts"><button class="btn primary" type="submit">Filter</button><a class="btn" href="${links.list()}">Show all</a></div>
</form>`;
  return disclosure({ summary: "Filter", content, isOpen, isCard: true });
}

function found(
  { links, heading }: ActivityPlace,
  { period, events, days, isWhole, context }: Activity,
  query: TypedFilter,
  page: number,
  now: Date,
): SafeHtml {
  const from = isWhole ? period.from : (days[0]?.day ?? period.from);
  const counts = Array.from({ length: daysBetween(from, period.to) + 1 }, () => 0);
  for (const { day, count } of days) counts[daysBetween(from, day)] = count;
  const title = isWhole ? "Events" : `The latest ${countInWords(COUNTED_EVENTS)} events`;
  const isLast = page === LAST_PAGE && events.more;
  return html`<div class="card pad">${bars(title, { from, counts, one: "event" })}</div>
${
  events.events.length === 0
    ? nothing(`Nothing of the kind is recorded from ${dayInWords(period.from)} to ${dayInWords(period.to)}.`)
    : eventTable(heading, events.events, now, { context })
}
${pager({
  page,
  perPage: EVENTS_PER_PAGE,
  total: events.total,
  hasMore: events.more && !isLast,
  at: (to) => links.list({ ...query, ...(to === 1 ? {} : { page: to }) }),
})}
${isLast ? html`<p class="sub">There are more: choose fewer days, or download them.</p>` : null}`;
}
