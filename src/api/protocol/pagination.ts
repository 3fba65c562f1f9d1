/** Numbered pages of lists, as GitLab's clients read them. Knows no feature. */
import { z } from "zod";
import type { Page } from "../../database/page.ts";
import { id } from "../../schemas/fields.ts";

const DEFAULT_PER_PAGE = 20;
const MAXIMUM_PER_PAGE = 100;

/** The parameters of every list: `page` starts at 1; `per_page` defaults to 20 and is capped at 100, as in GitLab. */
export const pageQuery = z.object({
  page: id().default(1),
  per_page: id()
    .transform((size) => Math.min(size, MAXIMUM_PER_PAGE))
    .default(DEFAULT_PER_PAGE),
});
/** The parameters of a list, read. */
export type PageQuery = z.output<typeof pageQuery>;

/** Which rows a page holds. */
export function pageOf({ page, per_page }: PageQuery): Page {
  return { limit: per_page, offset: (page - 1) * per_page };
}

/**
 * The headers that tell a client its place in the list. Where nobody counted so far, `total` is undefined: then the
 * headers of the total and of the last page are left out, as GitLab does, and `more` says whether there is a next page.
 *
 * @see docs/spec/rest-api.md "Pagination"; RFC 8288 for `Link`
 */
export function pageHeaders(
  { page, per_page }: PageQuery,
  total: number | undefined,
  url: URL,
  more?: boolean,
): Record<string, string> {
  const pages = total === undefined ? undefined : Math.max(1, Math.ceil(total / per_page));
  const hasNext = pages === undefined ? more === true : page < pages;
  const at = (number: number) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    target.searchParams.set("per_page", String(per_page));
    return target.href;
  };
  const links = [
    ...(page > 1 ? [`<${at(page - 1)}>; rel="prev"`] : []),
    ...(hasNext ? [`<${at(page + 1)}>; rel="next"`] : []),
    `<${at(1)}>; rel="first"`,
    ...(pages === undefined ? [] : [`<${at(pages)}>; rel="last"`]),
  ];
  return {
    ...(total === undefined ? {} : { "X-Total": String(total), "X-Total-Pages": String(pages) }),
    "X-Page": String(page),
    "X-Per-Page": String(per_page),
    "X-Prev-Page": page > 1 ? String(page - 1) : "",
    "X-Next-Page": hasNext ? String(page + 1) : "",
    Link: links.join(", "),
  };
}
