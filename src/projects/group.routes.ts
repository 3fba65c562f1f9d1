/** The calls about groups. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { ForbiddenError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { validate } from "../http/validate.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { ACCESS_LEVELS } from "./access-level.ts";
import { createNamespace } from "./create-namespace.ts";
import { topLevelPathSegment } from "./path.ts";
import { createGroupBody, groupResult, referenceParams, renderGroup } from "./project.schema.ts";
import { findMemberNamespace } from "./project-access.ts";

/** `/groups`. @see spec/rest-api.md */
export function groupOperations({ database, clock }: { database: Database; clock: Clock }): ApiOperation[] {
  return [
    apiOperation({
      id: "createGroup",
      method: "post",
      path: "/groups",
      summary: "Create a group, or a subgroup where the caller is Maintainer or above",
      params: NOTHING,
      query: NOTHING,
      body: createGroupBody,
      status: 201,
      result: groupResult,
      handle({ caller, body }) {
        if (caller.kind === "bot") throw new ForbiddenError("403 Forbidden: a bot user may not create groups");
        return database.transaction(async (em) => {
          const parent = body.parent_id == null ? null : await findMemberNamespace(em, caller, body.parent_id);
          if (parent !== null && parent.accessLevel < ACCESS_LEVELS.maintainer) throw new ForbiddenError();
          if (parent === null) validate(z.object({ path: topLevelPathSegment }), body);
          const group = await createNamespace(em, {
            kind: "group",
            name: body.name,
            path: parent === null ? body.path : `${parent.thing.route.path}/${body.path}`,
            parent: parent?.thing ?? null,
            ownerId: caller.userId,
            now: clock.now(),
          });
          return { body: renderGroup(group) };
        });
      },
    }),
    apiOperation({
      id: "showGroup",
      method: "get",
      path: "/groups/:id",
      summary: "Show a group that the caller is a member of",
      params: referenceParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: groupResult,
      async handle({ caller, params }) {
        const { thing: group } = await findMemberNamespace(database.em(), caller, params.id);
        return { body: renderGroup(group) };
      },
    }),
  ];
}
