/** `keyside registry-config`: what an existing registry's configuration needs to trust this instance. */
import { join } from "node:path";
import type { Command } from "commander";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../links.ts";
import type { CliContext } from "../context.ts";

/** Adds the command that prints a registry's configuration. */
export function addRegistryConfigCommand(program: Command, context: CliContext): void {
  program
    .command("registry-config")
    .description(
      "print what a registry's configuration needs for this instance: the auth section, and the notifications section " +
        "where REGISTRY_NOTIFICATION_SECRET is set",
    )
    .option("--bundle <path>", "where the registry finds Keyside's ca.crt")
    .action(async ({ bundle }: { bundle?: string }) => {
      const { renderAuthAndNotifications } = await import("../../registry-config/render-registry-config.ts");
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
}
