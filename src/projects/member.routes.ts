/** The calls about the members of a project. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { ForbiddenError, NotFoundError, RuleRefusedError } from "../errors.ts";
import { NOTHING } from "../http/operation.ts";
import { pageHeaders, pageQuery, pageWindow } from "../http/pagination.ts";
import { type ApiOperation, apiOperation } from "../users/api-operation.ts";
import { ACCESS_LEVELS } from "./access-level.ts";
import { addProjectMember } from "./add-member.ts";
import { Member } from "./member.entity.ts";
import { createMemberBody, memberParams, memberResult, referenceParams, renderMember } from "./project.schema.ts";
import { findProjectAtLevel, findVisibleProject } from "./project-access.ts";

/** `/projects/:id/members`. @see spec/rest-api.md */
export function memberOperations(services: { database: Database; clock: Clock }): ApiOperation[] {
  const { database } = services;
  return [
    apiOperation({
      id: "addProjectMember",
      method: "post",
      path: "/projects/:id/members",
      summary: "Make a user a member of a project",
      params: referenceParams,
      query: NOTHING,
      body: createMemberBody,
      status: 201,
      result: memberResult,
      async handle({ caller, params, body }) {
        const { member, user } = await addProjectMember(services, {
          caller,
          project: params.id,
          userId: body.user_id,
          accessLevel: body.access_level,
        });
        return { body: renderMember(member, user) };
      },
    }),
    apiOperation({
      id: "listProjectMembers",
      method: "get",
      path: "/projects/:id/members",
      summary: "List the direct members of a project, bots among them",
      params: referenceParams,
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(memberResult),
      async handle({ caller, params, query, url }) {
        const em = database.em();
        const { thing: project } = await findVisibleProject(em, caller, params.id);
        const [members, total] = await em.findAndCount(
          Member,
          { project: project.id },
          { populate: ["user"], orderBy: { id: "asc" }, ...pageWindow(query) },
        );
        const body = members.map((member) => renderMember(member, member.user.$));
        return { body, headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: "removeProjectMember",
      method: "delete",
      path: "/projects/:id/members/:user_id",
      summary: "Remove a human from a project",
      params: memberParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle({ caller, params }) {
        return database.transaction(async (em) => {
          const { thing: project, accessLevel } = await findProjectAtLevel(
            em,
            caller,
            params.id,
            ACCESS_LEVELS.maintainer,
          );
          const where = { project: project.id, user: params.user_id };
          const member = await em.findOne(Member, where, { populate: ["user"] });
          if (member === null) throw new NotFoundError("Member");
          if (member.user.$.userType === "project_bot") {
            throw new RuleRefusedError(
              "a bot user cannot be removed from its project: revoke its access token instead",
            );
          }
          if (member.accessLevel > accessLevel) throw new ForbiddenError();
          await em.nativeDelete(Member, { id: member.id });
          return { body: undefined };
        });
      },
    }),
  ];
}
