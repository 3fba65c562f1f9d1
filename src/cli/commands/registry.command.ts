/** `keyside registry-config` and `keyside doctor`: connect a registry, and find out why it does not work. */
import { join } from "node:path";
import type { Command } from "commander";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../links.ts";
import { renderAuthAndNotifications } from "../../registry/render-registry-config.ts";
import { type CliContext, clientOf, withJson } from "../context.ts";
import { diagnose, type Finding } from "../doctor/diagnose.ts";
import { readRegistryConfig } from "../doctor/read-registry-config.ts";
import { RefusedError } from "../refused-error.ts";

/** Adds the commands about the registry. */
export function addRegistryCommands(program: Command, context: CliContext): void {
  program
    .command("registry-config")
    .description(
      "print what a registry's configuration needs for this instance: the auth section, and the notifications section " +
        "where REGISTRY_NOTIFICATION_SECRET is set",
    )
    .option("--bundle <path>", "where the registry finds Keyside's ca.crt")
    .action(({ bundle }: { bundle?: string }) => {
      const { url, certsDir, registry } = context.config();
      const secret = registry.notificationSecret;
      const text = renderAuthAndNotifications({
        realm: url + REALM_PATH,
        service: registry.service,
        issuer: registry.issuer,
        rootCertBundle: bundle ?? join(certsDir, "ca.crt"),
        ...(secret !== undefined && { notifications: { url: url + NOTIFICATIONS_PATH, secret } }),
      });
      context.output.line(text.trimEnd());
    });

  withJson(program.command("doctor"))
    .description("check the running pair of service and registry, and name the cause of what fails (administrators)")
    .option("--registry-config <file>", "the registry's config.yml, where this machine can read it")
    .option("--registry-bundle <file>", "its rootcertbundle, when that is elsewhere on this machine")
    .action(async (options: { registryConfig?: string; registryBundle?: string; json?: boolean }) => {
      const { url, registry } = context.config();
      const { registryConfig, registryBundle, json } = options;
      const findings = diagnose({
        serviceUrl: url,
        registryUrl: registry.url,
        client: await clientOf(context),
        registry: registryConfig === undefined ? undefined : await readRegistryConfig(registryConfig, registryBundle),
        notificationSecret: registry.notificationSecret,
      });
      const all: Finding[] = [];
      for await (const finding of findings) {
        all.push(finding);
        if (json !== true) context.output.line(renderFinding(finding));
      }
      if (json === true) context.output.line(JSON.stringify(all, null, 2));
      const failed = all.find(({ outcome }) => outcome === "failed");
      if (failed !== undefined) throw new RefusedError(failed.why);
    });
}

/** A line for people; why something failed is for standard error. */
function renderFinding({ step, outcome, why }: Finding): string {
  switch (outcome) {
    case "ok":
      return `ok      ${step}`;
    case "failed":
      return `FAILED  ${step}`;
    case "skipped":
      return `skipped ${step}: ${why}`;
  }
}
