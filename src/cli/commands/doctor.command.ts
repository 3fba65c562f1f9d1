/** `keyside doctor`: finds out why a registry and this service do not work together. */
import type { Command } from "commander";
import type { Finding } from "../../doctor/diagnose.ts";
import { type CliContext, clientOf } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { withJson } from "./arguments.ts";

/** Adds the command that examines the service and its registry. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  withJson(program.command("doctor"))
    .description("check that this service and its registry work together, and name the cause if not (administrators)")
    .option("--registry-config <file>", "the registry's config.yml, if this machine can read it")
    .option("--registry-bundle <file>", "its rootcertbundle, if this machine has that under another path")
    .action(async (options: { registryConfig?: string; registryBundle?: string; json?: boolean }) => {
      const { diagnose } = await import("../../doctor/diagnose.ts");
      const { ask } = await import("../../http/ask.ts");
      const { makeThrowAwayProject } = await import("../make-throw-away-project.ts");
      const { readRegistryConfig } = await import("../read-registry-config.ts");
      const { url, registry } = context.config();
      const { registryConfig, registryBundle, json } = options;
      const client = clientOf(context);
      const findings = diagnose({
        service: { url, reachedAt: url },
        registry: { url: registry.url, reachedAt: registry.url },
        place: "among clients",
        ask,
        makeProject: () => makeThrowAwayProject(client),
        known: registryConfig === undefined ? undefined : readRegistryConfig(registryConfig, registryBundle),
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

/** A finding as a line of standard output; the cause of a failure goes to standard error. */
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
