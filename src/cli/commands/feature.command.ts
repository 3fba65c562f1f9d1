/** `keyside feature`: feature flags, for the instance or for one project. */
import type { Command } from "commander";
import { featureAddress } from "../addresses.ts";
import { type CliContext, clientOf, show } from "../context.ts";
import { withJson } from "./arguments.ts";

const COLUMNS = ["name", "state"];

/** Adds the commands about features. */
export function addFeatureCommands(program: Command, context: CliContext): void {
  const feature = program.command("feature").description("turn features on and off (administrators)");
  for (const [verb, value] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    withJson(feature.command(verb))
      .description(`${verb} a feature for the instance, or for one project`)
      .argument("<name>", "the feature, such as resource_access_token")
      .option("--project <path>", "for this project only")
      .action(async (name: string, { project, json }: { project?: string; json?: boolean }) => {
        const { body } = await clientOf(context).call("POST", featureAddress(name), { value, project });
        show(context, body, { json, columns: COLUMNS });
      });
  }
  withJson(feature.command("list"))
    .description("list the features and where they are on")
    .action(async ({ json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", "/features");
      show(context, body, { json, columns: COLUMNS });
    });
  feature
    .command("reset")
    .description("remove every setting of a feature, so that it is off everywhere, as at the beginning")
    .argument("<name>", "the feature")
    .action(async (name: string) => {
      await clientOf(context).call("DELETE", featureAddress(name));
    });
}
