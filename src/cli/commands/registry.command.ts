/** `keyside registry-config` and `keyside doctor`: connect a registry, and find out why it does not work. */
import { join } from "node:path";
import type { Command } from "commander";
import { renderAuthAndNotifications } from "../../registry/registry-config.ts";
import { REALM_PATH } from "../../registry/token.routes.ts";
import { type CliContext, clientOf, withJson } from "../context.ts";
import { diagnose, type Finding } from "../doctor/diagnose.ts";
import { readRegistryAuth } from "../doctor/registry-auth-file.ts";
import { RefusedError } from "../refused-error.ts";

/** Adds the commands about the registry. */
export function addRegistryCommands(program: Command, context: CliContext): void {
  program
    .command("registry-config")
    .description("print the auth and notifications sections of a registry's configuration for this instance")
    .option("--bundle <path>", "where the registry finds Keyside's ca.crt")
    .action(({ bundle }: { bundle?: string }) => {
      const { url, certsDir, registry } = context.config();
      const text = renderAuthAndNotifications({
        realm: url + REALM_PATH,
        service: registry.service,
        issuer: registry.issuer,
        rootCertBundle: bundle ?? join(certsDir, "ca.crt"),
      });
      context.output.line(text.trimEnd());
    });

  withJson(program.command("doctor"))
    .description("check the running pair of service and registry, and name the cause of what fails (administrators)")
    .option("--registry-config <file>", "the registry's config.yml, where this machine can read it")
    .option("--registry-bundle <file>", "its rootcertbundle, when that is elsewhere on this machine")
    .action(async (options: { registryConfig?: string; registryBundle?: string; json?: boolean }) => {
      const { url, registry } = context.config();
      const { registryConfig, registryBundle } = options;
      const findings = diagnose({
        serviceUrl: url,
        registryUrl: registry.url,
        client: await clientOf(context),
        registryAuth: registryConfig === undefined ? undefined : await readRegistryAuth(registryConfig, registryBundle),
      });
      const all: Finding[] = [];
      for await (const finding of findings) {
        all.push(finding);
        if (options.json !== true)
          context.output.line(`${finding.cause === undefined ? "ok    " : "FAILED"} ${finding.step}`);
      }
      if (options.json === true) context.output.line(JSON.stringify(all, null, 2));
      const failed = all.find(({ cause }) => cause !== undefined);
      if (failed?.cause !== undefined) throw new RefusedError(failed.cause);
    });
}
