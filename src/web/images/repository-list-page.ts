/** The repositories of a project, and what is pushed to them and pulled. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { CatalogReading } from "../../images/catalog-reading.ts";
import type { ListedRepository, RepositoryList } from "../../images/list-repositories.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { act } from "../parts/act.ts";
import { badge } from "../parts/badge.ts";
import { moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { countInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import { firstPush } from "../project/first-push.ts";
import { projectFrame } from "../project-page.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, ImageLinks, PageLinks } from "../protocol/page-links.ts";
import { repositoryName, whoDid } from "./image-words.ts";
import type { OpenedImages } from "./open-images.ts";

/** How many repositories a page lists. */
export const REPOSITORIES_PER_PAGE = 50;

/** What the page shows. */
export interface ShownRepositories {
  readonly list: RepositoryList;
  readonly search: string;
  readonly page: number;
  /** The registry's host, and how the names of the project's images begin. */
  readonly image: { readonly registry: string; readonly prefix: string };
  /** Where the tokens of bots are shown, by the bots' ids. */
  readonly tokens: ReadonlyMap<number, Href>;
}

/** The page. */
export function repositoryListPage(opened: OpenedImages, links: PageLinks, shown: ShownRepositories): ShownPage {
  const { project, accessLevel, allowed, now } = opened;
  const { path } = project.fullPath;
  const { list, search, page, image } = shown;
  const own = links.images(path);
  const again =
    accessLevel >= ACCESS_LEVELS.maintainer && !list.reading.isUnderWay
      ? act({ action: own.read(), words: "Ask the registry again" })
      : undefined;
  const about = html`What the registry holds under <code>${image.prefix}</code>.`;
  const at = (to: number) => own.list({ search, ...(to === 1 ? {} : { page: to }) });
  const found =
    list.found === 0
      ? nothing("No repository has a name like that.")
      : html`${repositories(opened, own, shown)}
${pager({ page, perPage: REPOSITORIES_PER_PAGE, total: list.found, at })}`;
  return {
    title: `Images · ${path}`,
    ...projectFrame(opened, links, "images", { name: "Images" }),
    main: html`${pageHead("Images", about, again)}
${
  list.total === 0
    ? firstPush(image, allowed.includes("push"))
    : html`${toolbar(null, searchField({ action: own.list(), label: "Search repositories", placeholder: "Name", value: search }))}
${found}`
}
<p class="muted">${readingInWords(list.reading, now)}</p>`,
  };
}

function repositories(opened: OpenedImages, links: ImageLinks, { list, tokens }: ShownRepositories): SafeHtml {
  const { project, tellsWho, now } = opened;
  const { path } = project.fullPath;
  const rows = list.repositories.map((each) => [
    html`<a class="name" href="${links.repository(each.name)}"><bdi>${repositoryName(each.name, path)}</bdi></a>${each.isInRegistry === false ? html` ${badge("not in the registry")}` : null}`,
    lastPush(each, now),
    ...(tellsWho ? [each.lastPush === undefined ? null : whoDid(each.lastPush.by, tokens)] : []),
    html`<span class="num">${countInWords(each.pulls)}</span>`,
    html`<span class="num">${countInWords(each.pushes)}</span>`,
  ]);
  const columns = [
    { name: "Repository", isWide: true },
    { name: "Last push" },
    ...(tellsWho ? [{ name: "By" }] : []),
    { name: "Pulls in 30 days" },
    { name: "Pushes in 30 days" },
  ];
  return table("Repositories", columns, rows);
}

function lastPush({ lastPush: push }: ListedRepository, now: Date): SafeHtml {
  if (push === undefined) return html`<span class="muted">not reported</span>`;
  return html`${moment(push.at, now)}${push.tag === null ? null : html`<p class="sub"><bdi>${push.tag}</bdi></p>`}`;
}

/** How it is known which repositories there are. */
function readingInWords({ readAt, problem, isUnderWay }: CatalogReading, now: Date): SafeHtml {
  const read =
    readAt === undefined
      ? html`Listed is what registries reported: which repositories the registry has was never read so far.`
      : html`Listed is what registries reported, and what the registry itself had ${moment(readAt, now)}.`;
  const next = isUnderWay
    ? html` It is being asked again.`
    : problem === undefined
      ? null
      : html` Since then it could not be read: ${problem}.`;
  return html`${read}${next}`;
}
