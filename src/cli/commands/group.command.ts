/** `keyside group`: the groups that hold projects and other groups. */
import type { Command } from "commander";
import { groupAddress } from "../addresses.ts";
import { type CliContext, clientOf, passOnWarning, show } from "../context.ts";
import { splitPath, withFullPath, withJson } from "./arguments.ts";
import { findGroupId } from "./find-id.ts";

const COLUMNS = ["id", "full_path", "name"];

/** Adds the commands about groups. */
export function addGroupCommands(program: Command, context: CliContext): void {
  const group = program.command("group").description("create, list, show, change and delete groups");
  withJson(withFullPath(group.command("create")))
    .description("create a group; for one inside another, give the path of both: team/backend")
    .option("--name <name>", "its display name (default: the last part of the path)")
    .action(async (path: string, { name, json }: { name?: string; json?: boolean }) => {
      const client = clientOf(context);
      const { parent, last } = splitPath(path);
      const { body, warning } = await client.call("POST", "/groups", {
        name: name ?? last,
        path: last,
        parent_id: parent === undefined ? undefined : await findGroupId(client, parent),
      });
      passOnWarning(context, warning);
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(group.command("list"))
    .description("list the groups that you are a member of (administrators: all groups)")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await clientOf(context).list("/groups"), { json, columns: COLUMNS });
    });
  withJson(withFullPath(group.command("show")))
    .description("show a group")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", groupAddress(path));
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(withFullPath(group.command("update")))
    .description("change a group's display name")
    .requiredOption("--name <name>", "its display name")
    .action(async (path: string, { name, json }: { name: string; json?: boolean }) => {
      const { body } = await clientOf(context).call("PUT", groupAddress(path), { name });
      show(context, body, { json, columns: COLUMNS });
    });
  withFullPath(group.command("delete"))
    .description("delete a group that holds no projects and no groups; its path is kept")
    .action(async (path: string) => {
      await clientOf(context).call("DELETE", groupAddress(path));
    });
}
