/** The registry, as administrators see it: what is known of it, its checks, and how to connect one. */

import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { adminFrame } from "./admin-menu.ts";
import { registryPage } from "./registry-page.ts";
import { runningChecks } from "./running-checks.ts";

/** `/admin/registry` and below. None of them asks the registry anything but the checks. @see docs/spec/web.md "Explain, connect, first run" */
export function registryPages(services: WebServices, links: PageLinks): Page[] {
  const { clock, config, signingKeys } = services;
  return [
    view({
      path: "/admin/registry",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      async show() {
        const checks = await services.registryChecks.read();
        const contacts = await services.registryContacts.read();
        const ca = { certificate: signingKeys.caCertificate, notAfter: signingKeys.caNotAfter };
        return {
          title: "Registry",
          ...adminFrame(links, "registry", { name: "Registry" }),
          main: registryPage({ config, ca, checks, contacts, now: clock.now() }, links),
        };
      },
    }),
    // No GET, though nothing lasts of it: whoever leads an administrator here would make the instance work.
    action({
      path: "/admin/registry",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor: { principal } }) {
        const findings = await services.registryChecks.run(principal);
        const way = [{ name: "Registry", href: links.adminLinks.registry() }, { name: "Checks" }];
        return {
          title: "Checks of the registry",
          ...adminFrame(links, "registry", ...way),
          parts: runningChecks(findings, links),
        };
      },
    }),
    view({
      path: "/admin/registry/ca.crt",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      show: () =>
        Promise.resolve({
          download: certificate(signingKeys.caCertificate),
          type: "application/x-pem-file",
          filename: "ca.crt",
        }),
    }),
  ];
}

async function* certificate(pem: string): AsyncGenerator<string> {
  yield pem;
}
