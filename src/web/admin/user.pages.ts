/** The accounts of the instance, and how one is added. */
import { z } from "zod";
import { countAccounts } from "../../accounts/count-accounts.ts";
import { type AccountFilter, listAccounts } from "../../accounts/list-accounts.ts";
import { inviteHuman } from "../../authentication/invite-human.ts";
import { email } from "../../schemas/account-fields.ts";
import { searchText, text } from "../../schemas/fields.ts";
import { pathSegment } from "../../schemas/path-segment.ts";
import { pageQuery } from "../parts/pager.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { newUserPage } from "./new-user-page.ts";
import { showLink } from "./show-link.ts";
import { SHOWN_ACCOUNTS, type ShownAccounts, USERS_PER_PAGE, userListPage } from "./user-list-page.ts";

const listQuery = pageQuery.extend({
  show: z.enum(SHOWN_ACCOUNTS).default("active"),
  search: searchText(255).default(""),
});

const FILTERS: Readonly<Record<ShownAccounts, Pick<AccountFilter, "types" | "states">>> = {
  active: { types: ["human"], states: ["active"] },
  blocked: { types: ["human"], states: ["blocked"] },
  bots: { types: ["project_bot"], states: [] },
};

const newUserForm = z.object({
  name: text(255),
  username: pathSegment("top"),
  email,
  role: z.enum(["user", "administrator"]),
});

/** `/admin/users` and `/admin/users/new`. @see docs/spec/web.md "Pages" */
export function userPages(services: WebServices, links: PageLinks): Page[] {
  const { database, clock } = services;
  return [
    view({
      path: "/admin/users",
      access: "administrator",
      params: NOTHING,
      query: listQuery,
      async show({ visitor: { principal: caller }, query }) {
        const { show, search, page } = query;
        const em = database.em();
        const counts = await countAccounts(em, caller, search);
        const filter = { ...FILTERS[show], search, orderBy: "createdAt", direction: "desc" } as const;
        const bounds = { limit: USERS_PER_PAGE, offset: (page - 1) * USERS_PER_PAGE };
        const [users] = await listAccounts(em, caller, filter, bounds);
        return userListPage(links, { users, counts, view: query, viewerId: caller.userId, now: clock.now() });
      },
    }),
    view({
      path: "/admin/users/new",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      async show({ needsPassword }) {
        return newUserPage(links, new FormState({ role: "user" }), needsPassword);
      },
    }),
    action({
      path: "/admin/users",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      form: newUserForm,
      confirms: true,
      async act({ visitor, form: { role, ...human } }) {
        const input = { caller: visitor.principal, ...human, admin: role === "administrator" };
        const { user, link, wasDeleted } = await inviteHuman(services, input);
        const shown = showLink(services, links, { visitor, userId: user.id, kind: "invitation", secret: link.secret });
        return wasDeleted ? { ...shown, notice: "account_created_over_another" } : shown;
      },
      async again({ needsPassword }, form) {
        return newUserPage(links, form, needsPassword);
      },
    }),
  ];
}
