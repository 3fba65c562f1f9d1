/** The calls about events: the caller's own, a user's, a project's. */
import { z } from "zod";
import { ForbiddenError } from "../errors.ts";
import { listEvents } from "../events/list-events.ts";
import { findVisibleUser } from "../members/find-visible-user.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import { eventResult, listEventsQuery, renderEvent } from "./event.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { userParams } from "./user.schema.ts";

/** `/events`, and those of projects and users. @see docs/spec/rest-api.md "The calls" */
export function eventOperations({ database, links }: ApiServices): ApiOperation[] {
  const page = async (of: Parameters<typeof listEvents>[1], query: z.output<typeof listEventsQuery>, url: URL) => {
    const { events, total, more } = await listEvents(database.em(), of, query, pageOf(query));
    return { body: events.map((event) => renderEvent(event, links)), headers: pageHeaders(query, total, url, more) };
  };
  const common = {
    method: "get",
    query: listEventsQuery,
    body: NOTHING,
    status: 200,
    result: z.array(eventResult),
  } as const;
  return [
    apiOperation({
      ...common,
      id: "listOwnEvents",
      path: "/events",
      summary: "List what the caller did",
      params: NOTHING,
      handle: ({ caller, query, url }) => page({ authorId: caller.userId }, query, url),
    }),
    apiOperation({
      ...common,
      id: "listUserEvents",
      path: "/users/:id/events",
      summary: "List what a user did: oneself, or, as an administrator, anybody",
      params: userParams,
      async handle({ caller, params, query, url }) {
        await findVisibleUser(database.em(), caller, { id: params.id });
        requireSelfOrAdministrator(caller, params.id);
        return await page({ authorId: params.id }, query, url);
      },
    }),
    apiOperation({
      ...common,
      id: "listProjectEvents",
      path: "/projects/:id/events",
      summary: "List what was done in a project, for its members",
      params: resourceParams,
      async handle({ caller, params, query, url }) {
        const { project } = await findProjectAtLevel(database.em(), caller, params.id, ACCESS_LEVELS.reporter);
        return await page({ projectId: project.id }, query, url);
      },
    }),
  ];
}

/** A user's events name projects that the caller may not see, so only the user and administrators get them. */
function requireSelfOrAdministrator(caller: SignedInPrincipal, userId: number): void {
  if (caller.userId !== userId && !isAdministrator(caller)) throw new ForbiddenError();
}
