/** Which events a page or a download is about, as the query says it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { z } from "zod";
import { findBotOfToken } from "../../access-tokens/find-bot-of-token.ts";
import { addDays } from "../../clock.ts";
import { type FieldProblem, NotFoundError, ValidationError } from "../../errors.ts";
import type { EventAction, TargetType } from "../../events/event.entity.ts";
import type { EventFilter, EventsOf } from "../../events/matching-events.ts";
import { seekVisibleUser } from "../../members/find-visible-user.ts";
import type { ResourceId } from "../../namespaces/path.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import { findVisibleProject } from "../../projects/find-project.ts";
import { decidePeriod, type Period } from "../../projects/period.ts";
import { date, id, integer, resourceId, searchText, text, unlessEmpty } from "../../schemas/fields.ts";
import { validate } from "../../schemas/validate.ts";
import type { WebServices } from "../web-services.ts";
import type { ActivityPlace } from "./activity-place.ts";

/** How many events a page lists. */
export const EVENTS_PER_PAGE = 50;

/** The last page: what comes after it is found by narrower dates, or in a download. Each page skips those before it. */
export const LAST_PAGE = 200;

/** A kind of event: its words, and what they mean. */
interface Kind {
  readonly words: string;
  /** Null: pushes by Git. */
  readonly targetType: TargetType | null;
  readonly doing?: EventAction;
  /** Whether it happens outside of projects alone. */
  readonly isOfInstance?: true;
}

/** The kinds, as the query names them. */
export const KINDS = {
  image: { words: "Images", targetType: "Image" },
  pushed: { words: "Images pushed", targetType: "Image", doing: "pushed" },
  pulled: { words: "Images pulled", targetType: "Image", doing: "pulled" },
  git: { words: "Git pushes", targetType: null },
  access_token: { words: "Access tokens", targetType: "AccessToken" },
  key: { words: "SSH keys", targetType: "Key" },
  member: { words: "Members", targetType: "Member" },
  project: { words: "Projects", targetType: "Project" },
  feature_flag: { words: "Feature flags", targetType: "FeatureFlag" },
  group: { words: "Groups", targetType: "Group", isOfInstance: true },
  user: { words: "Accounts", targetType: "User", isOfInstance: true },
  session: { words: "Sessions", targetType: "Session", isOfInstance: true },
  sign_in_link: { words: "Sign-in links", targetType: "SignInLink", isOfInstance: true },
  refresh_token: { words: "Registry sign-ins", targetType: "RefreshToken", isOfInstance: true },
  path: { words: "Paths", targetType: "Path", isOfInstance: true },
} as const satisfies Record<string, Kind>;

const typed = z.string().max(1000).default("");

/** The filter as it is typed, which is read by {@link readActivityFilter}: what is wrong is said on the page. */
const typedFilter = {
  ...{
    kind: typed,
    who: typed,
    token: typed,
    repository: typed,
    project: typed,
    from: typed,
    to: typed,
    search: typed,
  },
};

/** The query of the page. */
export const activityQuery = z.object({
  page: integer(z.int().min(1).max(LAST_PAGE)).default(1),
  ...typedFilter,
});

/** The query of a download. */
export const downloadQuery = z.object(typedFilter);
/** A filter as it is typed. */
export type TypedFilter = z.output<typeof downloadQuery>;

/** Of events: other years have none, and some of them no database writes. */
const dateOfEvent = date().refine((value) => value >= "2000" && value < "3000", "a date from 2000 to 2999");

const filterSchema = z.object({
  kind: unlessEmpty(z.enum(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  who: unlessEmpty(text(255)),
  token: unlessEmpty(id()),
  repository: unlessEmpty(text(1000)),
  project: unlessEmpty(resourceId),
  from: unlessEmpty(dateOfEvent),
  to: unlessEmpty(dateOfEvent),
  search: searchText(255),
});

/** Which events are meant. */
export interface ReadFilter {
  readonly of: EventsOf;
  readonly filter: EventFilter;
  readonly period: Period;
}

/**
 * Reads a filter, the latest events first.
 *
 * @throws ValidationError naming the fields that are wrong, or that name somebody or something that the caller does not see
 */
export async function readActivityFilter(
  { database, clock }: WebServices,
  caller: UserPrincipal,
  place: ActivityPlace,
  query: TypedFilter,
): Promise<ReadFilter> {
  const { kind, who, token, repository, project, from, to, search } = validate(filterSchema, query);
  const period = decidePeriod({ from, to }, clock.now());
  const em = database.em();
  const author = who === undefined ? undefined : await seekVisibleUser(em, caller, { username: who.toLowerCase() });
  if (who !== undefined && author === undefined) throw unknown("who", who, "is nobody's username");
  const { targetType, doing }: Partial<Kind> = kind === undefined ? {} : KINDS[kind];
  const projectId = place.projectId ?? (project === undefined ? undefined : await findProjectId(em, caller, project));
  const within = projectId === undefined ? {} : { projectId };
  const of = projectId === undefined ? ("instance" as const) : { projectId };
  return {
    of: token === undefined ? of : { token: { id: token, botId: await findBotOfToken(em, token) }, ...within },
    period,
    filter: {
      ...{ targetType, action: doing, repository, text: search },
      authorId: author?.id,
      after: addDays(period.from, -1),
      before: addDays(period.to, 1),
      sort: "desc",
    },
  };
}

async function findProjectId(em: SqlEntityManager, caller: UserPrincipal, wanted: ResourceId): Promise<number> {
  try {
    return (await findVisibleProject(em, caller, wanted)).project.id;
  } catch (error) {
    if (error instanceof NotFoundError) throw unknown("project", String(wanted), "is no project");
    throw error;
  }
}

function unknown(field: string, value: string, message: string): ValidationError {
  const problem: FieldProblem = { field, message: `"${value}" ${message}` };
  return new ValidationError([problem]);
}
