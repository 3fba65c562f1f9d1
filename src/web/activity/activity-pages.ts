/** All pages about events, of a project or of the instance: the list, and its downloads. They are declared once for both. */
import { findTokenNames } from "../../access-tokens/find-token-names.ts";
import { utcDate } from "../../clock.ts";
import { ValidationError } from "../../errors.ts";
import { countEventsByDay } from "../../events/count-events-by-day.ts";
import type { LoadedEvent } from "../../events/event.entity.ts";
import { listEvents } from "../../events/list-events.ts";
import { readEvents } from "../../events/read-events.ts";
import { findProjectPaths } from "../../projects/find-project-paths.ts";
import { FormState } from "../protocol/form-state.ts";
import { type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { problemsOf } from "../protocol/problems.ts";
import type { WebServices } from "../web-services.ts";
import {
  activityQuery,
  downloadQuery,
  EVENTS_PER_PAGE,
  type ReadFilter,
  readActivityFilter,
} from "./activity-filter.ts";
import { type Activity, activityPage } from "./activity-page.ts";
import type { ActivityPlace, ActivityPlaces } from "./activity-place.ts";
import { type EventRecord, eventRecord, eventsAsCsv, eventsAsJson } from "./event-files.ts";

const FORMATS = {
  csv: { type: "text/csv", write: eventsAsCsv },
  json: { type: "application/json", write: eventsAsJson },
} as const;

/** The pages of one kind of place. @see docs/spec/web.md "Pages" */
export function activityPages(services: WebServices, pageLinks: PageLinks, places: ActivityPlaces): Page[] {
  const { base, access, params, open } = places;
  const { database, clock } = services;
  /** What tokens and projects of events are called, by their ids: two queries, however many there are. */
  const namesFor = async (events: readonly LoadedEvent[]) => ({
    tokens: await findTokenNames(database.em(), idsIn(events, "tokenId")),
    projects: await findProjectPaths(database.em(), idsIn(events, "projectId")),
  });
  const find = async (place: ActivityPlace, { of, filter, period }: ReadFilter, page: number): Promise<Activity> => {
    const em = database.em();
    const bounds = { limit: EVENTS_PER_PAGE, offset: (page - 1) * EVENTS_PER_PAGE };
    const events = await listEvents(em, of, filter, bounds);
    const { tokens, projects } = await namesFor(events.events);
    const { links, kind } = place;
    return {
      ...{ period, events, ...(await countEventsByDay(em, of, filter)) },
      context: {
        links: {
          author: (who) => links.list({ who }),
          token: (token) => links.list({ token }),
          project: (path) => pageLinks.activity({ project: path }).list(),
        },
        tokens,
        projects: kind === "instance" ? projects : undefined,
      },
    };
  };
  async function* records(wanted: ReadFilter): AsyncGenerator<readonly EventRecord[], void> {
    for await (const events of readEvents(database, wanted.of, wanted.filter)) {
      const { tokens, projects } = await namesFor(events);
      yield events.map((event) => eventRecord(event, projects, tokens));
    }
  }
  const list = view({
    path: base,
    access,
    params,
    query: activityQuery,
    async show({ visitor, params, query: { page, ...query } }) {
      const place = await open(visitor, params);
      const shown = { query, page, now: clock.now() };
      try {
        const wanted = await readActivityFilter(services, visitor.principal, place, query);
        const form = new FormState({ ...query, ...wanted.period });
        return activityPage(place, { ...shown, form, activity: await find(place, wanted, page) });
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        return activityPage(place, { ...shown, form: new FormState(query, problemsOf(error)), activity: undefined });
      }
    },
  });
  const download = (format: keyof typeof FORMATS) =>
    view({
      path: `${base}.${format}`,
      access,
      params,
      query: downloadQuery,
      async show({ visitor, params, query }) {
        const place = await open(visitor, params);
        const wanted = await readActivityFilter(services, visitor.principal, place, query);
        const { type, write } = FORMATS[format];
        const filename = `${place.filename}-${utcDate(clock.now())}.${format}`;
        return { download: write(records(wanted)), type, filename };
      },
    });
  return [list, download("csv"), download("json")];
}

function idsIn(events: readonly LoadedEvent[], field: "tokenId" | "projectId"): number[] {
  return [...new Set(events.flatMap((event) => event[field] ?? []))];
}
