/** The calls about the members of projects and of groups, which differ only in their address. */
import { z } from "zod";
import { addMember } from "../members/add-member.ts";
import { findEffectiveMember, findMember } from "../members/find-member.ts";
import { listEffectiveMembers, listMembers } from "../members/list-members.ts";
import { findPlace, type MemberPlace } from "../members/member-place.ts";
import { removeMember } from "../members/remove-member.ts";
import { updateMember } from "../members/update-member.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { resourceParams } from "../schemas/fields.ts";
import type { ApiServices } from "./api-services.ts";
import {
  createMemberBody,
  listMembersQuery,
  memberParams,
  memberResult,
  renderMember,
  updateMemberBody,
} from "./member.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { pageHeaders, pageOf } from "./protocol/pagination.ts";

interface Kind {
  readonly root: string;
  /** The part of operation ids that names the kind. */
  readonly name: "Project" | "Group";
  readonly place: (id: ResourceId) => MemberPlace;
}

const KINDS: readonly Kind[] = [
  { root: "/projects/:id/members", name: "Project", place: (project) => ({ project }) },
  { root: "/groups/:id/members", name: "Group", place: (group) => ({ group }) },
];

/** `/projects/:id/members` and `/groups/:id/members`. @see docs/spec/rest-api.md "The calls" */
export function memberOperations(services: ApiServices): ApiOperation[] {
  return KINDS.flatMap((kind) => [...readingOperations(services, kind), ...changingOperations(services, kind)]);
}

function readingOperations({ database, links }: ApiServices, { root, name, place }: Kind): ApiOperation[] {
  const what = name.toLowerCase();
  return [
    apiOperation({
      id: `list${name}Members`,
      method: "get",
      path: root,
      summary: `List the direct members of a ${what}, bots among them`,
      params: resourceParams,
      query: listMembersQuery,
      body: NOTHING,
      status: 200,
      result: z.array(memberResult),
      async handle({ caller, params, query, url }) {
        const em = database.em();
        const [members, total] = await listMembers(
          em,
          await findPlace(em, caller, place(params.id), "see"),
          query.query,
          pageOf(query),
        );
        return { body: members.map((member) => renderMember(member, links)), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: `listAll${name}Members`,
      method: "get",
      path: `${root}/all`,
      summary: `List all members of a ${what}, the inherited ones too, each at their highest level`,
      params: resourceParams,
      query: listMembersQuery,
      body: NOTHING,
      status: 200,
      result: z.array(memberResult),
      async handle({ caller, params, query, url }) {
        const em = database.em();
        const found = await findPlace(em, caller, place(params.id), "see");
        const [members, total] = await listEffectiveMembers(em, found, query.query, pageOf(query));
        return { body: members.map((member) => renderMember(member, links)), headers: pageHeaders(query, total, url) };
      },
    }),
    apiOperation({
      id: `showAny${name}Member`,
      method: "get",
      path: `${root}/all/:user_id`,
      summary: `Show a direct or inherited member of a ${what}`,
      params: memberParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: memberResult,
      async handle({ caller, params }) {
        const em = database.em();
        const found = await findPlace(em, caller, place(params.id), "see");
        return { body: renderMember(await findEffectiveMember(em, found, params.user_id), links) };
      },
    }),
    apiOperation({
      id: `show${name}Member`,
      method: "get",
      path: `${root}/:user_id`,
      summary: `Show a direct member of a ${what}`,
      params: memberParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: memberResult,
      async handle({ caller, params }) {
        const em = database.em();
        const { id: placeId } = await findPlace(em, caller, place(params.id), "see");
        return { body: renderMember(await findMember(em, placeId, params.user_id), links) };
      },
    }),
  ];
}

function changingOperations(services: ApiServices, { root, name, place }: Kind): ApiOperation[] {
  const { links } = services;
  const what = name.toLowerCase();
  return [
    apiOperation({
      id: `add${name}Member`,
      method: "post",
      path: root,
      summary: `Make a user a member of a ${what}`,
      params: resourceParams,
      query: NOTHING,
      body: createMemberBody,
      status: 201,
      result: memberResult,
      async handle({ caller, params, body }) {
        const input = { caller, place: place(params.id), userId: body.user_id, accessLevel: body.access_level };
        return { body: renderMember(await addMember(services, input), links) };
      },
    }),
    apiOperation({
      id: `update${name}Member`,
      method: "put",
      path: `${root}/:user_id`,
      summary: `Change the access level of a human in a ${what}`,
      params: memberParams,
      query: NOTHING,
      body: updateMemberBody,
      status: 200,
      result: memberResult,
      async handle({ caller, params, body }) {
        const input = { caller, place: place(params.id), userId: params.user_id, accessLevel: body.access_level };
        return { body: renderMember(await updateMember(services, input), links) };
      },
    }),
    apiOperation({
      id: `remove${name}Member`,
      method: "delete",
      path: `${root}/:user_id`,
      summary: `Remove a human from a ${what}, or leave it`,
      params: memberParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      async handle({ caller, params }) {
        await removeMember(services, { caller, place: place(params.id), userId: params.user_id });
        return { body: undefined };
      },
    }),
  ];
}
