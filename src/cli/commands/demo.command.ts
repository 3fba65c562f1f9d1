/** `keyside demo`: the demo project, with a fresh token, on a service that runs. */
import type { Command } from "commander";
import { type CliContext, clientOf } from "../context.ts";

/** Adds the command that makes the demo project. */
export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description("make the demo project and a fresh token, and print the docker commands to paste")
    .action(async () => {
      const { createDemoToken, pasteLines, REGISTRY_IMAGE } = await import("../demo-project.ts");
      const config = context.config();
      const secret = await createDemoToken(clientOf(context));
      const registry = new URL(config.registry.url).host;
      for (const line of pasteLines({ registry, secret, image: REGISTRY_IMAGE })) context.output.line(line);
    });
}
