/** What a registry's own configuration needs to trust Keyside, for each way in which registries are run. */
import { html } from "@remix-run/html-template";
import type { Config } from "../../config.ts";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../links.ts";
import { renderComposeService } from "../../registry-config/render-compose-service.ts";
import { renderKubernetes } from "../../registry-config/render-kubernetes.ts";
import { type RegistryTrust, renderAuthAndNotifications } from "../../registry-config/render-registry-config.ts";
import type { Way } from "../parts/ready-lines.ts";

/** Where the lines have the certificate: anywhere else is as good. */
const BUNDLE = "/etc/keyside/ca.crt";

/** Stands for the secret, which no page shows. @see docs/spec/web.md "Explain, connect, first run" */
export const SECRET_PLACEHOLDER = "<REGISTRY_NOTIFICATION_SECRET>";

/** The ways, each with the same settings. */
export function connectWays({ url, registry }: Pick<Config, "url" | "registry">, caCertificate: string): Way[] {
  const notifications = { url: url + NOTIFICATIONS_PATH, secret: SECRET_PLACEHOLDER };
  const trust: RegistryTrust = {
    realm: url + REALM_PATH,
    service: registry.service,
    issuer: registry.issuer,
    rootCertBundle: BUNDLE,
    ...(registry.notificationSecret !== undefined && { notifications }),
  };
  return [
    {
      name: "config.yml",
      lines: renderAuthAndNotifications(trust).trimEnd(),
      note: html`Add this to the registry's configuration, let ca.crt be where rootcertbundle says, and restart the registry.`,
    },
    {
      name: "Compose",
      lines: renderComposeService(trust).trimEnd(),
      note: html`Put ca.crt beside the compose file. The variables take the place of the sections in config.yml.`,
    },
    {
      name: "Kubernetes",
      lines: renderKubernetes(trust, caCertificate).trimEnd(),
      note: html`The certificate, the settings as variables, and what the registry's Deployment needs of both.`,
    },
  ];
}
