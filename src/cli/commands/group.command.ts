/** `keyside group`. */
import type { Command } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import { findGroupId, splitPath } from "./find-group.ts";

const COLUMNS = ["id", "full_path", "name"];

/** Adds the commands about groups. */
export function addGroupCommands(program: Command, context: CliContext): void {
  const group = program.command("group").description("create, list, show, change and delete groups");
  withJson(group.command("create"))
    .description("create a group; one in another group, with the path of both: team/backend")
    .argument("<path>", "its full path")
    .option("--name <name>", "what people call it")
    .action(async (path: string, { name, json }: { name?: string; json?: boolean }) => {
      const client = clientOf(context);
      const { parent, last } = splitPath(path);
      const { body } = await client.call("POST", "/groups", {
        name: name ?? last,
        path: last,
        parent_id: parent === undefined ? undefined : await findGroupId(client, parent),
      });
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(group.command("list"))
    .description("list the groups that you are a member of; all, for administrators")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await clientOf(context).list("/groups"), { json, columns: COLUMNS });
    });
  withJson(group.command("show"))
    .description("show a group")
    .argument("<path>", "its full path")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", `/groups/${segment(path)}`);
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(group.command("update"))
    .description("change what people call a group")
    .argument("<path>", "its full path")
    .requiredOption("--name <name>", "what people call it")
    .action(async (path: string, { name, json }: { name: string; json?: boolean }) => {
      const { body } = await clientOf(context).call("PUT", `/groups/${segment(path)}`, { name });
      show(context, body, { json, columns: COLUMNS });
    });
  group
    .command("delete")
    .description("delete a group, once nothing lies in it")
    .argument("<path>", "its full path")
    .action(async (path: string) => {
      await clientOf(context).call("DELETE", `/groups/${segment(path)}`);
    });
}
