/** The pages of one tag of a repository, and its end. */
import { z } from "zod";
import { deleteImage, previewDeletion } from "../../images/delete-image.ts";
import { findImage } from "../../images/find-image.ts";
import { DIGEST_PATTERN } from "../../images/image-name.ts";
import { LEVEL_OF_ACTION } from "../../registry-access/policy.ts";
import { projectFrame, requireRole } from "../project-page.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";
import { deleteImagePage } from "./delete-image-page.ts";
import { repositoryName } from "./image-words.ts";
import { findTokenPages, openImages, tagParams } from "./open-images.ts";
import { tagPage } from "./tag-page.ts";

/** `/:project/-/container_registry/*repository/-/tags/:tag`, and its deletion. @see docs/spec/web.md "Images" */
export function tagPages(services: WebServices, links: PageLinks): Page[] {
  const path = "/*project/-/container_registry/*repository/-/tags/:tag";
  /** The project, if the visitor may delete its images. */
  const openToDelete = async ({ principal }: SignedInVisitor, params: z.output<typeof tagParams>) => {
    const opened = await openImages(services, principal, params);
    if (!opened.allowed.includes("delete"))
      requireRole(opened.accessLevel, LEVEL_OF_ACTION.delete, opened.project.fullPath.path);
    return opened;
  };
  const ask = async (
    visitor: SignedInVisitor,
    params: z.output<typeof tagParams>,
    { form, needsPassword }: { form: FormState; needsPassword: boolean },
  ): Promise<ShownPage> => {
    const { repository, tag } = params;
    const opened = await openToDelete(visitor, params);
    const { path } = opened.project.fullPath;
    const own = links.images(path);
    const name = repositoryName(repository, path);
    const crumbs = [
      { name: "Images", href: own.list() },
      { name, href: own.repository(repository) },
      { name: tag, href: own.tag(repository, tag) },
      { name: "Delete" },
    ];
    return {
      title: `Delete ${name}:${tag}`,
      ...projectFrame(opened, links, "images", ...crumbs),
      main: deleteImagePage({
        name: `${name}:${tag}`,
        preview: await previewDeletion(services, params),
        action: own.remove(repository, tag),
        back: own.repository(repository),
        form,
        needsPassword,
      }),
    };
  };
  return [
    view({
      path,
      access: "everyone",
      params: tagParams,
      query: NOTHING,
      async show({ visitor, params }) {
        const { repository } = params;
        const opened = await openImages(services, visitor.principal, params);
        const found = await findImage(services, opened.project, params);
        const people = [found.reports.push?.by, ...found.lastPulls.map(({ by }) => by)];
        const tokens = await findTokenPages(services, links, opened, people);
        return tagPage(opened, links, { repository, image: services.links.image(repository), found, tokens });
      },
    }),
    view({
      path: `${path}/delete`,
      access: "signed_in",
      params: tagParams,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        return await ask(visitor, params, { form: new FormState(), needsPassword });
      },
    }),
    action({
      path: `${path}/delete`,
      access: "signed_in",
      params: tagParams,
      query: NOTHING,
      form: z.object({ digest: z.string().regex(DIGEST_PATTERN) }),
      confirms: true,
      async act({ visitor, params, form: { digest } }) {
        const { project } = await openToDelete(visitor, params);
        await deleteImage(services, { caller: visitor.principal, projectId: project.id, ...params, digest });
        return { redirect: links.images(project.fullPath.path).repository(params.repository), notice: "image_deleted" };
      },
      async again({ visitor, params, needsPassword }, form) {
        return await ask(visitor, params, { form, needsPassword });
      },
    }),
  ];
}
