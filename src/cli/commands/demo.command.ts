/** `keyside demo`: the demo project and its token, on a service that runs. */
import type { Command } from "commander";
import { type CliContext, clientOf } from "../context.ts";

/** Adds the command that makes the demo project. */
export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description("make the demo project, and print the docker commands to paste")
    .option("--token", "print the secret of a fresh token alone, and revoke the demo's tokens before it")
    .action(async (options: { token?: boolean }) => {
      const { createDemoToken, ensureDemoProject, pasteLines } = await import("../demo-project.ts");
      const client = clientOf(context);
      if (options.token === true) {
        context.output.line(await createDemoToken(client));
        return;
      }
      await ensureDemoProject(client);
      const { registry, command } = context.config();
      const secret = { command: `${command} demo --token` };
      const lines = pasteLines({ registry: new URL(registry.url).host, secret });
      for (const line of lines) context.output.line(line);
    });
}
