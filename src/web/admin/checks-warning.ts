/** What administrators are told wherever they begin: that the checks of the registry failed when they were last run. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ChecksRecord } from "../../doctor/check-record.ts";
import { banner } from "../parts/banner.ts";
import { moment } from "../parts/moment.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** The sentence; nothing where all was well, or nothing was checked. */
export function checksWarning({ last }: ChecksRecord, now: Date, links: PageLinks): SafeHtml | null {
  const failed = last?.findings.find(({ outcome }) => outcome === "failed");
  if (last === undefined || failed === undefined) return null;
  const text = html`The <a href="${links.adminLinks.registry()}">checks of the registry</a> failed ${moment(last.endedAt, now)} at this step: <bdi>${failed.step}</bdi>.`;
  return banner({ kind: "danger", text });
}
