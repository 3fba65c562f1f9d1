/** All pages about members, of a project or of a group: they are declared once for both. */
import { z } from "zod";
import { NotFoundError, ValidationError } from "../../errors.ts";
import { addMember } from "../../members/add-member.ts";
import { findMember } from "../../members/find-member.ts";
import { seekVisibleUser } from "../../members/find-visible-user.ts";
import type { LoadedMember } from "../../members/member.entity.ts";
import { levelToManage } from "../../members/member-place.ts";
import { removeMember } from "../../members/remove-member.ts";
import { reviewMembers } from "../../members/review-members.ts";
import { updateMember } from "../../members/update-member.ts";
import { accessLevel } from "../../schemas/access-level.ts";
import { id, searchText, text } from "../../schemas/fields.ts";
import { pageQuery } from "../parts/pager.ts";
import { requireRole } from "../project-page.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";
import { MEMBERS_PER_PAGE, memberListPage } from "./list-page.ts";
import { addMemberPage, changeMemberPage, removeMemberPage } from "./member-forms.ts";
import type { MemberPlaces, ShownPlace } from "./member-place.ts";

const listQuery = pageQuery.extend({
  show: z.enum(["all", "people", "bots"]).default("all"),
  search: searchText(255).default(""),
});

const addForm = z.object({ username: text(255), access_level: accessLevel });
const changeForm = z.object({ access_level: accessLevel });

type Named = Readonly<Record<string, unknown>>;

/** The pages of one kind of place. @see docs/spec/web.md "Pages" */
export function memberPages(services: WebServices, links: PageLinks, places: MemberPlaces): Page[] {
  const { base, params, open } = places;
  const { database, clock } = services;
  const oneParams = params.extend({ user_id: id() });
  /** The place, if the visitor may manage its members. */
  const manage = async (visitor: SignedInVisitor, named: Named) => {
    const place = await open(visitor, named);
    requireRole(place.found.accessLevel, levelToManage(place.found.id), place.found.path);
    return place;
  };
  /** The human who is a member of this very place. */
  const find = async ({ found }: ShownPlace, userId: unknown): Promise<LoadedMember> => {
    const member = await findMember(database.em(), found.id, Number(userId));
    if (member.user.$.userType === "project_bot") throw new NotFoundError("Member");
    return member;
  };
  /** Before a member is removed; whoever it is may leave. */
  const askToRemove = async (visitor: SignedInVisitor, named: Named, form: FormState, needsPassword: boolean) => {
    const visitorId = visitor.principal.userId;
    const leaves = Number(named["user_id"]) === visitorId;
    const place = await (leaves ? open : manage)(visitor, named);
    return removeMemberPage(place, await find(place, named["user_id"]), form, { needsPassword, visitorId });
  };
  return [
    view({
      path: base,
      access: "signed_in",
      params,
      query: listQuery,
      async show({ visitor, params, query }) {
        const place = await open(visitor, params);
        const { page, ...filter } = query;
        const visitorId = visitor.principal.userId;
        const reviewed = await reviewMembers(database.em(), {
          callerId: visitorId,
          place: place.found,
          filter,
          page: { limit: MEMBERS_PER_PAGE, offset: (page - 1) * MEMBERS_PER_PAGE },
        });
        const bots = reviewed.members.filter(({ userType }) => userType === "project_bot");
        const tokens = await place.tokensOf(bots.map(({ userId }) => userId));
        return memberListPage(place, { reviewed, tokens, view: query, visitorId, now: clock.now() });
      },
    }),
    view({
      path: `${base}/new`,
      access: "signed_in",
      params,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        return addMemberPage(await manage(visitor, params), new FormState(), needsPassword);
      },
    }),
    action({
      path: base,
      access: "signed_in",
      params,
      query: NOTHING,
      form: addForm,
      confirms: true,
      async act({ visitor, params, form }) {
        const { place, links } = await manage(visitor, params);
        const caller = visitor.principal;
        const user = await seekVisibleUser(database.em(), caller, { username: form.username.toLowerCase() });
        if (user === undefined) {
          throw new ValidationError([{ field: "username", message: `"${form.username}" is nobody's here` }]);
        }
        await addMember(services, { caller, place, userId: user.id, accessLevel: form.access_level });
        return { redirect: links.list(), notice: "member_added" };
      },
      async again({ visitor, params, needsPassword }, form) {
        return addMemberPage(await manage(visitor, params), form, needsPassword);
      },
    }),
    view({
      path: `${base}/:user_id/edit`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        const place = await manage(visitor, params);
        return changeMemberPage(place, await find(place, params["user_id"]), new FormState(), needsPassword);
      },
    }),
    action({
      path: `${base}/:user_id/edit`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      form: changeForm,
      confirms: true,
      async act({ visitor, params, form }) {
        const { place, links } = await manage(visitor, params);
        const userId = Number(params["user_id"]);
        await updateMember(services, {
          caller: visitor.principal,
          ...{ place, userId, accessLevel: form.access_level },
        });
        return { redirect: links.list(), notice: "member_changed" };
      },
      async again({ visitor, params, needsPassword }, form) {
        const place = await manage(visitor, params);
        return changeMemberPage(place, await find(place, params["user_id"]), form, needsPassword);
      },
    }),
    view({
      path: `${base}/:user_id/remove`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      show: ({ visitor, params, needsPassword }) => askToRemove(visitor, params, new FormState(), needsPassword),
    }),
    action({
      path: `${base}/:user_id/remove`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      form: NOTHING,
      confirms: true,
      async act({ visitor: { principal: caller }, visitor, params }) {
        const { place, links: list } = await open(visitor, params);
        const userId = Number(params["user_id"]);
        await removeMember(services, { caller, place, userId });
        // Who left may not see the list any more.
        if (userId === caller.userId) return { redirect: links.home(), notice: "member_left" };
        return { redirect: list.list(), notice: "member_removed" };
      },
      again: ({ visitor, params, needsPassword }, form) => askToRemove(visitor, params, form, needsPassword),
    }),
  ];
}
