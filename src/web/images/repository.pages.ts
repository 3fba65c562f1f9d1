/** The pages of a project's repositories. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { wantCatalog } from "../../images/catalog-reading.ts";
import { listRepositories } from "../../images/list-repositories.ts";
import { reviewTags } from "../../images/review-tags.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { searchText } from "../../schemas/fields.ts";
import { pageHead } from "../parts/page-head.ts";
import { pageQuery } from "../parts/pager.ts";
import { registryOff } from "../project/registry-off.ts";
import { openProject, projectFrame, projectParams } from "../project-page.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { findTokenPages, openImages, repositoryParams } from "./open-images.ts";
import { REPOSITORIES_PER_PAGE, repositoryListPage } from "./repository-list-page.ts";
import { TAGS_PER_PAGE, tagListPage } from "./tag-list-page.ts";

const listQuery = pageQuery.extend({ search: searchText(255).default("") });

/** `/:project/-/container_registry`, and each repository below it. @see docs/spec/web.md "Images" */
export function repositoryPages(services: WebServices, links: PageLinks): Page[] {
  const base = "/*project/-/container_registry";
  return [
    view({
      path: base,
      access: "everyone",
      params: projectParams,
      query: listQuery,
      async show({ visitor, params, query: { page, search } }) {
        const opened = await openImages(services, visitor.principal, params);
        const { path } = opened.project.fullPath;
        if (!opened.allowed.includes("pull")) {
          const frame = projectFrame(opened, links, "images", { name: "Images" });
          return { title: `Images · ${path}`, ...frame, main: html`${pageHead("Images")}${registryOff()}` };
        }
        const [limit, offset] = [REPOSITORIES_PER_PAGE, (page - 1) * REPOSITORIES_PER_PAGE];
        const list = await listRepositories(services, opened.project, { search, limit, offset });
        const pushers = list.repositories.map(({ lastPush }) => lastPush?.by);
        const tokens = await findTokenPages(services, links, opened, pushers);
        const image = { registry: services.links.registry, prefix: services.links.image(path) };
        return repositoryListPage(opened, links, { list, search, page, image, tokens });
      },
    }),
    action({
      path: `${base}/read`,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      form: z.object({}),
      async act({ visitor, params }) {
        const { project } = await openProject(services, visitor.principal, params.project, ACCESS_LEVELS.maintainer);
        await wantCatalog(services);
        return { redirect: links.images(project.fullPath.path).list(), notice: "catalog_wanted" };
      },
    }),
    view({
      path: `${base}/*repository`,
      access: "everyone",
      params: repositoryParams,
      query: listQuery,
      async show({ visitor, params, query: { page, search } }) {
        const { repository } = params;
        const opened = await openImages(services, visitor.principal, params);
        const [limit, offset] = [TAGS_PER_PAGE, (page - 1) * TAGS_PER_PAGE];
        const reviewed = await reviewTags(services, opened.project, { repository, search, limit, offset });
        const people = reviewed.tags.flatMap(({ reports }) => [reports.push?.by, reports.lastPull?.by]);
        const tokens = await findTokenPages(services, links, opened, people);
        return tagListPage(opened, links, {
          ...{ repository, reviewed, search, page, tokens },
          image: services.links.image(repository),
        });
      },
    }),
  ];
}
