/** What pages say of images, in words. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Done } from "../../images/find-tag-reports.ts";
import type { ImageSummary } from "../../images/sum-up-image.ts";
import type { Person } from "../../users/person.ts";
import { person } from "../access-tokens/token-words.ts";
import { badge } from "../parts/badge.ts";
import { moment } from "../parts/moment.ts";
import { bytesInWords } from "../parts/number.ts";
import type { Href } from "../protocol/page-links.ts";

/** A repository within its project: `web`, or the project's own by its whole name. */
export function repositoryName(name: string, projectPath: string): string {
  return name === projectPath ? name : name.slice(projectPath.length + 1);
}

/** A digest as people tell them apart: its first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

/** Who did something; a bot with the way to its token. `tokens`: by the bots' ids, for those who may open them. */
export function whoDid(by: Person | null, tokens: ReadonlyMap<number, Href>): SafeHtml {
  if (by === null) return html`<span class="muted">not reported</span>`;
  if (by.userType !== "project_bot") return person(by);
  const href: Href | undefined = tokens.get(by.id);
  return html`${href === undefined ? person(by) : html`<a href="${href}">${person(by)}</a>`} ${badge("bot")}`;
}

/** When something was done and, for those who are told, by whom. */
export function doneInWords(
  { at, by }: Done,
  { now, tellsWho, tokens }: { now: Date; tellsWho: boolean; tokens: ReadonlyMap<number, Href> },
): SafeHtml {
  return html`${moment(at, now)}${tellsWho ? html`<p class="sub">by ${whoDid(by, tokens)}</p>` : null}`;
}

/** How large an image is: of several platforms, from the smallest to the largest. */
export function sizeInWords({ bytes }: ImageSummary): string | undefined {
  if (bytes === undefined) return undefined;
  const [from, to] = [bytesInWords(bytes.from), bytesInWords(bytes.to)];
  return from === to ? to : `${from} – ${to}`;
}

/** What kind of thing is no image: `Helm chart`; else its media type. */
export function artifactInWords(type: string): string {
  return ARTIFACTS[type] ?? type;
}

const ARTIFACTS: Readonly<Record<string, string>> = {
  "application/vnd.cncf.helm.config.v1+json": "Helm chart",
  "application/vnd.dev.cosign.artifact.sig.v1+json": "Signature",
  "application/vnd.dev.sigstore.bundle.v0.3+json": "Signature",
  "application/vnd.in-toto+json": "Attestation",
};
