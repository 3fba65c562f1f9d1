/** `keyside feature`: feature flags, for the instance or for one project. */
import type { Command } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";

/** Adds the commands about feature flags. */
export function addFeatureCommands(program: Command, context: CliContext): void {
  const feature = program.command("feature").description("turn features on and off (administrators)");
  for (const [verb, value] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    withJson(feature.command(verb))
      .description(`${verb} a feature for the instance, or for one project`)
      .argument("<name>", "the feature, such as resource_access_token")
      .option("--project <path>", "for this project alone")
      .action(async (name: string, { project, json }: { project?: string; json?: boolean }) => {
        const client = clientOf(context);
        const { body } = await client.call("POST", `/features/${segment(name)}`, { value, project });
        show(context, body, { json, columns: ["name", "state"] });
      });
  }
  withJson(feature.command("list"))
    .description("list the features and where they are on")
    .action(async ({ json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", "/features");
      show(context, body, { json, columns: ["name", "state"] });
    });
  feature
    .command("reset")
    .description("forget every setting of a feature: off everywhere, as at the beginning")
    .argument("<name>", "the feature")
    .action(async (name: string) => {
      await clientOf(context).call("DELETE", `/features/${segment(name)}`);
    });
}
