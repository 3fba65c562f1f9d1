/** What has an address as its path: a project, a user, or a group, which has its page elsewhere. */
import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { seekVisibleUser } from "../members/find-visible-user.ts";
import { seekMemberNamespace } from "../namespaces/find-namespace.ts";
import { seekVisibleProject } from "../projects/find-project.ts";
import { text } from "../schemas/fields.ts";
import { pageQuery } from "./parts/pager.ts";
import { projectOverview } from "./project/overview.ts";
import { surround } from "./project-page.ts";
import { ANY_PATH, type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { userPage } from "./user/user-page.ts";
import type { WebServices } from "./web-services.ts";

/** `/:project` and `/:username`: where every `web_url` of the API leads. It is the last of all pages. @see docs/spec/web.md "Pages" */
export function placePages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: ANY_PATH,
      access: "everyone",
      params: z.object({ path: text(1000).transform((path) => path.toLowerCase()) }),
      query: pageQuery,
      async show({ visitor, params: { path }, query: { page } }) {
        const caller = visitor.principal;
        // What is hidden is sought as what is missing is: neither makes more work than the other.
        const access = await seekVisibleProject(services.database.em(), caller, path);
        if (access !== undefined) {
          return await projectOverview(services, links, await surround(services, caller, access));
        }
        if (caller.kind === "anonymous") throw new NotFoundError("Page");
        const found = await seekMemberNamespace(services.database.em(), caller, path);
        if (found?.namespace.kind === "group") return { redirect: links.group(path) };
        const user = await seekVisibleUser(services.database.em(), caller, { username: path });
        if (user === undefined) throw new NotFoundError("Page");
        return await userPage(services, links, { caller, user, page });
      },
    }),
  ];
}
