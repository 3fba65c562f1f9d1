/** Renders what administrators see of the registry: what is known of it, what the checks found, and how to connect one. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Config } from "../../config.ts";
import type { ChecksRecord } from "../../doctor/check-record.ts";
import type { Contact, ContactKind } from "../../registry-access/registry-contacts.ts";
import { act } from "../parts/act.ts";
import { banner } from "../parts/banner.ts";
import { type Fact, facts } from "../parts/facts.ts";
import { instant, moment } from "../parts/moment.ts";
import { pageHead } from "../parts/page-head.ts";
import { readyLines } from "../parts/ready-lines.ts";
import { sectionHead } from "../parts/section-head.ts";
import { steps } from "../parts/steps.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { connectWays, SECRET_PLACEHOLDER } from "./connect-ways.ts";
import { findingStep } from "./finding-step.ts";

const ABOUT =
  "The registry that this instance guards: what was last heard of it, whether both work together, and how to connect one of your own.";

const CHECKS =
  "Plays a client: logs in, pushes, pulls, mounts, lists, deletes, and waits for the registry's report, in a private project that is removed at the end. A minute at most; the registry keeps an empty repository of it.";

/** What the page shows. */
export interface RegistryPage {
  readonly config: Pick<Config, "url" | "registry">;
  readonly ca: { readonly certificate: string; readonly notAfter: Date };
  readonly checks: ChecksRecord;
  readonly contacts: ReadonlyMap<ContactKind, Contact>;
  readonly now: Date;
}

/** The content of the page. */
export function registryPage(page: RegistryPage, links: PageLinks): SafeHtml {
  return html`${pageHead("Registry", ABOUT)}
<section class="card pad" aria-label="What is known">${facts(known(page, links))}</section>
${checksSection(page, links)}
${connectSection(page, links)}`;
}

function known({ config: { registry }, ca, contacts, now }: RegistryPage, links: PageLinks): Fact[] {
  const token = contacts.get("token");
  const certificate = html`<a href="${links.adminLinks.caCertificate()}">ca.crt</a>`;
  return [
    { name: "For clients", value: html`<code>${registry.url}</code>` },
    { name: "For Keyside", value: html`<code>${registry.internalUrl}</code>` },
    { name: "Certificate", value: certificate, note: html`It ends on ${instant(ca.notAfter)}.` },
    { name: "Last token", value: token === undefined ? "None was asked for yet" : moment(token.at, now) },
    reports(contacts, registry.notificationSecret !== undefined, now),
  ];
}

function reports(contacts: RegistryPage["contacts"], areTaken: boolean, now: Date): Fact {
  const [taken, refused] = [contacts.get("report"), contacts.get("refused_report")];
  const name = "Last report";
  const last = taken === undefined ? "None came yet" : html`${moment(taken.at, now)}, of a ${taken.detail}`;
  if (!areTaken) return { name, value: last, note: "Keyside takes none, as REGISTRY_NOTIFICATION_SECRET is not set." };
  if (refused === undefined) return { name, value: last };
  const note = html`One with another secret was refused ${moment(refused.at, now)}.`;
  return { name, value: last, note };
}

function checksSection({ checks: { last, underWay }, now }: RegistryPage, links: PageLinks): SafeHtml {
  const run = act({ action: links.adminLinks.registry(), words: "Run the checks", kind: "primary" });
  const busy =
    underWay &&
    html`<bdi>@${underWay.by}</bdi> began them ${moment(underWay.at, now)}; they are under way. Reload this page to see what they found.`;
  return html`<section class="card pad" aria-labelledby="checks">
${sectionHead("checks", "Checks", CHECKS, busy === undefined ? run : undefined)}
${busy === undefined ? null : banner({ kind: "info", text: busy })}
${last === undefined ? html`<p class="sub">They were not run yet.</p>` : html`<p class="sub">Run ${moment(last.begun.at, now)} by <bdi>@${last.begun.by}</bdi>:</p>${steps(last.findings.map(findingStep))}`}
</section>`;
}

function connectSection({ config, ca }: RegistryPage, links: PageLinks): SafeHtml {
  const download = html`<div class="acts"><a class="btn" href="${links.adminLinks.caCertificate()}">Download ca.crt</a></div>`;
  const about =
    "Any registry of version 2 or 3 that trusts Keyside's certificate and sends its clients here. It reads both once, when it starts.";
  const secret =
    config.registry.notificationSecret === undefined
      ? html`<p class="sub">Set REGISTRY_NOTIFICATION_SECRET for Keyside, and the lines say where the registry reports to: who pushed and pulled is known from reports alone.</p>`
      : html`<p class="sub">In place of <code>${SECRET_PLACEHOLDER}</code> goes what that variable of Keyside's holds. No page shows it; on Keyside's machine, <code>keyside registry-config</code> prints the sections with it.</p>`;
  return html`<section class="card pad" aria-labelledby="connect">
${sectionHead("connect", "Connect a registry", about, download)}
${readyLines("ways", "Ways to configure a registry", connectWays(config, ca.certificate))}
${secret}
</section>`;
}
