/** The tags of a repository: what each is, who pushed it, and whether anybody pulls it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { IDLE_DAYS } from "../../images/find-reporting.ts";
import type { ReviewedTag, ReviewedTags } from "../../images/review-tags.ts";
import { badge } from "../parts/badge.ts";
import { copyButton } from "../parts/copy-button.ts";
import { confirmLink } from "../parts/dialog.ts";
import { disclosure } from "../parts/disclosure.ts";
import { nothing } from "../parts/nothing.ts";
import { countInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import { projectFrame } from "../project-page.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, ImageLinks, PageLinks } from "../protocol/page-links.ts";
import { artifactInWords, doneInWords, repositoryName, shortDigest, sizeInWords } from "./image-words.ts";
import type { OpenedImages } from "./open-images.ts";
import { pullsAndPushes } from "./pulls-and-pushes.ts";
import { sourceOfTags } from "./source-of-tags.ts";

/** How many tags a page lists. */
export const TAGS_PER_PAGE = 50;

/** What the page shows. */
export interface ShownTags {
  /** Its whole name, and the same with the registry's host. */
  readonly repository: string;
  readonly image: string;
  readonly reviewed: ReviewedTags;
  readonly search: string;
  readonly page: number;
  /** Where the tokens of bots are shown, by the bots' ids. */
  readonly tokens: ReadonlyMap<number, Href>;
}

/** The page. */
export function tagListPage(opened: OpenedImages, links: PageLinks, shown: ShownTags): ShownPage {
  const { path } = opened.project.fullPath;
  const { repository, image, reviewed, search, page } = shown;
  const own = links.images(path);
  const name = repositoryName(repository, path);
  const at = (to: number) => own.repository(repository, { search, ...(to === 1 ? {} : { page: to }) });
  const field = { action: own.repository(repository), label: "Search tags", placeholder: "Tag", value: search };
  const list =
    reviewed.tags.length === 0
      ? nothing(reviewed.total === 0 ? "No tags." : "No tag on this page has a name like that.")
      : html`${tags(opened, own, shown)}
${pager({ page, perPage: TAGS_PER_PAGE, total: reviewed.found, at })}`;
  return {
    title: `${name} · ${path}`,
    ...projectFrame(opened, links, "images", { name: "Images", href: own.list() }, { name }),
    main: html`${pageHead(name, html`<code id="image">${image}</code>`, html`<div class="acts">${copyButton({ from: "image", object: "the name of the repository" })}</div>`)}
${sourceOfTags(reviewed, opened.mayCheck ? links.adminLinks.registry() : undefined)}
<section class="card pad" aria-label="Pulls and pushes in 30 days">${pullsAndPushes(reviewed.period, reviewed.days)}</section>
${reviewed.total === 0 ? null : toolbar(null, searchField(field))}
${list}
${attachments(reviewed, own, repository)}`,
  };
}

function tags(opened: OpenedImages, links: ImageLinks, shown: ShownTags): SafeHtml {
  const mayDelete = opened.allowed.includes("delete") && shown.reviewed.source === "registry";
  const rows = shown.reviewed.tags.map((each) => [
    nameOf(each, links, shown.repository),
    size(each),
    push(each, opened, shown),
    pulls(each, opened, shown),
    ...(mayDelete
      ? [
          confirmLink({
            href: links.remove(shown.repository, each.tag),
            words: "Delete",
            object: each.tag,
            isDanger: true,
          }),
        ]
      : []),
  ]);
  const columns = [
    { name: "Tag", isWide: true },
    { name: "Size" },
    { name: "Pushed" },
    { name: "Pulls in 30 days" },
    ...(mayDelete ? [{ name: "Actions", isActs: true }] : []),
  ];
  return table("Tags", columns, rows);
}

/** The tag, and its digest. On the tag's own page stand the lines to copy: by the tag, and by the digest. */
function nameOf({ tag, digest, attachments: attached }: ReviewedTag, links: ImageLinks, repository: string): SafeHtml {
  return html`<a class="name" href="${links.tag(repository, tag)}"><bdi>${tag}</bdi></a>${attachmentBadge(attached)}${digest === undefined ? null : html`<p class="sub"><code>${shortDigest(digest)}</code></p>`}`;
}

/** That something is attached to it; whether that is worth anything, nobody has verified. */
function attachmentBadge(attached: readonly string[]): SafeHtml | null {
  if (attached.length === 0) return null;
  return html` ${badge(attached.some((tag) => tag.endsWith(".sig")) ? "signature" : "attestation")}`;
}

function size({ summary }: ReviewedTag): SafeHtml {
  if (summary === undefined) return html`<span class="muted">not known</span>`;
  const kind =
    summary.artifactType === undefined ? summary.platforms.join(", ") : artifactInWords(summary.artifactType);
  return html`<span class="num">${sizeInWords(summary) ?? "not known"}</span>${kind === "" ? null : html`<p class="sub"><bdi>${kind}</bdi></p>`}`;
}

function push({ reports }: ReviewedTag, { now, tellsWho }: OpenedImages, { tokens }: ShownTags): SafeHtml {
  if (reports.push === undefined) return html`<span class="muted">not reported</span>`;
  return doneInWords(reports.push, { now, tellsWho, tokens });
}

function pulls(
  { reports: { pulls, lastPull }, isIdle }: ReviewedTag,
  { now, tellsWho }: OpenedImages,
  { tokens }: ShownTags,
): SafeHtml {
  const last =
    lastPull === undefined ? null : html`<p class="sub">last ${doneInWords(lastPull, { now, tellsWho, tokens })}</p>`;
  return html`<span class="num">${countInWords(pulls)}</span>${isIdle ? html` ${badge(`not pulled in ${IDLE_DAYS} days`, "warn")}` : null}${last}`;
}

/** Those of images that have no tag are found nowhere else. */
function attachments({ attachments: all }: ReviewedTags, links: ImageLinks, repository: string): SafeHtml | null {
  if (all.length === 0) return null;
  const items = all.map((tag) => html`<li><a href="${links.tag(repository, tag)}"><code>${tag}</code></a></li>`);
  return disclosure({
    summary: `Signatures and attestations: ${countInWords(all.length)}`,
    content: html`<ul>${items}</ul>`,
    isCard: true,
  });
}
