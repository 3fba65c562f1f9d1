/** The calls about events. They lie with the projects, not the events, since who sees a project sees its events. */
import { z } from "zod";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { listEvents } from "../events/list-events.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import type { ProjectServices } from "../projects/project-services.ts";
import { User } from "../users/user.entity.ts";
import { eventResult, listEventsQuery, renderEvent } from "./event.schema.ts";
import { referenceParams } from "./project.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";
import { userParams } from "./user.schema.ts";

/** `/events`, and those of projects and users. @see spec/rest-api.md */
export function eventOperations({ database, links }: ProjectServices): ApiOperation[] {
  const page = async (of: Parameters<typeof listEvents>[1], query: z.output<typeof listEventsQuery>, url: URL) => {
    const [events, total] = await listEvents(database.em(), of, query, pageOf(query));
    return { body: events.map((event) => renderEvent(event, links)), headers: pageHeaders(query, total, url) };
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
        requireSelfOrAdministrator(caller, params.id);
        if ((await database.em().count(User, { id: params.id })) === 0) throw new NotFoundError("User");
        return await page({ authorId: params.id }, query, url);
      },
    }),
    apiOperation({
      ...common,
      id: "listProjectEvents",
      path: "/projects/:id/events",
      summary: "List what was done in a project, for its members",
      params: referenceParams,
      async handle({ caller, params, query, url }) {
        const { thing } = await findProjectAtLevel(database.em(), caller, params.id, ACCESS_LEVELS.reporter);
        return await page({ projectId: thing.id }, query, url);
      },
    }),
  ];
}

/** What somebody does in projects that the caller may not see is none of the caller's business. */
function requireSelfOrAdministrator(caller: SignedInPrincipal, userId: number): void {
  const isAdministrator = caller.kind === "user" && caller.admin;
  if (caller.userId !== userId && !isAdministrator) throw new ForbiddenError();
}
