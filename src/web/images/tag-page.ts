/** An image by one of its tags: how to pull it, what it is, who pushed it, and who pulls it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FoundImage } from "../../images/find-image.ts";
import { COUNTED_PULLS } from "../../images/find-tag-reports.ts";
import type { ImageIndex } from "../../images/image-manifest.ts";
import { quoted } from "../access-tokens/ready-ways.ts";
import { banner } from "../parts/banner.ts";
import { confirmLink } from "../parts/dialog.ts";
import { disclosure } from "../parts/disclosure.ts";
import { type Fact, facts } from "../parts/facts.ts";
import { moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { bytesInWords, counted, countInWords } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { readyLines } from "../parts/ready-lines.ts";
import { sectionHead } from "../parts/section-head.ts";
import { table } from "../parts/table.ts";
import { projectFrame } from "../project-page.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, ImageLinks, PageLinks } from "../protocol/page-links.ts";
import { artifactInWords, doneInWords, repositoryName, shortDigest, sizeInWords, whoDid } from "./image-words.ts";
import type { OpenedImages } from "./open-images.ts";

/** What the page shows. */
export interface ShownImage {
  /** Its whole name, and the same with the registry's host. */
  readonly repository: string;
  readonly image: string;
  readonly found: FoundImage;
  /** Where the tokens of bots are shown, by the bots' ids. */
  readonly tokens: ReadonlyMap<number, Href>;
}

/** The page. */
export function tagPage(opened: OpenedImages, links: PageLinks, shown: ShownImage): ShownPage {
  const { path } = opened.project.fullPath;
  const { repository, found } = shown;
  const own = links.images(path);
  const name = repositoryName(repository, path);
  const crumbs = [
    { name: "Images", href: own.list() },
    { name, href: own.repository(repository) },
    { name: found.tag },
  ];
  const remove =
    opened.allowed.includes("delete") && found.isCurrent
      ? confirmLink({ href: own.remove(repository, found.tag), words: "Delete", object: found.tag, isDanger: true })
      : undefined;
  return {
    title: `${name}:${found.tag}`,
    ...projectFrame(opened, links, "images", ...crumbs),
    main: html`${pageHead(`${name}:${found.tag}`, undefined, remove)}
${found.isCurrent ? null : banner({ kind: "warn", text: "The registry does not say what this tag names now. What follows is what was pushed last, as far as it was reported." })}
${howToPull(shown)}
<section class="card pad" aria-label="The image">${facts(whatItIs(opened, own, shown))}</section>
${found.manifest?.kind === "index" ? platforms(found.manifest, found, opened.now) : null}
${lastPulls(opened, shown)}`,
  };
}

function howToPull({ image, found }: ShownImage): SafeHtml | null {
  const { tag, digest, manifest } = found;
  if (digest === undefined || manifest?.kind === "artifact") return null;
  const lines = (client: string) => `${client} pull ${quoted(`${image}:${tag}`)}`;
  const exact = `docker pull ${quoted(`${image}@${digest}`)}`;
  return html`<section class="card pad" aria-label="How to pull it">${readyLines("pull", "How to pull it", [
    { name: "Docker", lines: lines("docker") },
    { name: "Podman", lines: lines("podman") },
    { name: "By digest", lines: exact, note: "This very image, whatever is pushed under the tag later." },
  ])}</section>`;
}

function whatItIs(
  { now, tellsWho }: OpenedImages,
  links: ImageLinks,
  { repository, found, tokens }: ShownImage,
): Fact[] {
  const { digest, summary, manifest, reports, otherTags } = found;
  const size = summary === undefined ? undefined : sizeInWords(summary);
  const layers = manifest?.kind === "image" ? { note: counted(manifest.layers, "layer") } : {};
  const others = otherTags.map(
    (tag, place) => html`${place === 0 ? null : ", "}<a href="${links.tag(repository, tag)}"><bdi>${tag}</bdi></a>`,
  );
  return [
    ...(digest === undefined ? [] : [{ name: "Digest", value: html`<code>${digest}</code>` }]),
    { name: "Size", value: size ?? "not known", ...layers },
    ...(summary?.artifactType === undefined
      ? []
      : [{ name: "Kind", value: html`<bdi>${artifactInWords(summary.artifactType)}</bdi>` }]),
    ...(summary === undefined || summary.platforms.length === 0
      ? []
      : [{ name: "Platforms", value: html`<bdi>${summary.platforms.join(", ")}</bdi>` }]),
    ...(summary?.createdAt === undefined
      ? []
      : [{ name: "Built", value: moment(summary.createdAt, now), note: "As its builder says." }]),
    {
      name: "Pushed",
      value: reports.push === undefined ? "not reported" : doneInWords(reports.push, { now, tellsWho, tokens }),
    },
    ...(others.length === 0
      ? []
      : [{ name: "Also tagged", value: html`${others}`, note: "As far as pushes were reported." }]),
  ];
}

function platforms({ images, attachments }: ImageIndex, { manifests }: FoundImage, now: Date): SafeHtml {
  const rows = images.map(({ digest, platform }) => {
    const manifest = manifests.get(digest);
    const image = manifest?.kind === "image" ? manifest : undefined;
    return [
      html`<bdi>${platform ?? image?.platform ?? "not said"}</bdi>`,
      html`<code>${shortDigest(digest)}</code>`,
      html`<span class="num">${image === undefined ? "not known" : bytesInWords(image.bytes)}</span>`,
      html`<span class="num">${image === undefined ? null : countInWords(image.layers)}</span>`,
      image?.createdAt === undefined ? null : moment(new Date(image.createdAt), now),
    ];
  });
  const columns = [{ name: "Platform" }, { name: "Digest" }, { name: "Size" }, { name: "Layers" }, { name: "Built" }];
  const attached = attachments.map(({ digest, of }) => {
    const about = images.find((image) => image.digest === of)?.platform;
    return html`<li><code>${shortDigest(digest)}</code>${about === undefined ? null : html` of <bdi>${about}</bdi>`}</li>`;
  });
  return html`<section aria-labelledby="platforms">${sectionHead("platforms", "Platforms", "A client takes the one that fits it.")}</section>
${table("Platforms", columns, rows)}
${attached.length === 0 ? null : disclosure({ summary: `Attestations: ${countInWords(attached.length)}`, content: html`<ul>${attached}</ul>`, isCard: true })}`;
}

function lastPulls({ project, now, tellsWho }: OpenedImages, { found, tokens }: ShownImage): SafeHtml {
  const { pulls } = found.reports;
  const count = pulls >= COUNTED_PULLS ? `${countInWords(COUNTED_PULLS)} or more pulls` : counted(pulls, "pull");
  const hidden = project.visibility === "public" ? " Anonymous pulls are counted for the repository alone." : "";
  const about = `${count} in 30 days, under any of its names, as registries report them.${hidden}`;
  const rows = found.lastPulls.map(({ at, by }) => [...(tellsWho ? [whoDid(by, tokens)] : []), moment(at, now)]);
  const columns = [...(tellsWho ? [{ name: "By" }] : []), { name: "When" }];
  return html`<section aria-labelledby="pulls">${sectionHead("pulls", "Last pulls", about)}</section>
${rows.length === 0 ? nothing("None is known.") : table("Last pulls", columns, rows)}`;
}
