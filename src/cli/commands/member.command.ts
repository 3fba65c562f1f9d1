/** `keyside member`: of a project, or of a group and all below it. */
import { type Command, Option } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import { accessLevel } from "./arguments.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "username", "name", "access_level"];

/** Where somebody is a member. */
interface Place {
  project?: string;
  group?: string;
}

/** Adds the commands about members. */
export function addMemberCommands(program: Command, context: CliContext): void {
  const member = program.command("member").description("add, list, change and remove members");
  for (const [verb, method, description] of [
    ["add", "POST", "make a user a member"],
    ["update", "PUT", "change a member's access level"],
  ] as const) {
    withJson(withPlace(member.command(verb)))
      .description(description)
      .argument("<username>", "who")
      .requiredOption(
        "--access-level <level>",
        "guest, reporter, developer, maintainer, owner or 10 to 50",
        accessLevel,
      )
      .action(async (username: string, options: Place & { accessLevel: number; json?: boolean }, command: Command) => {
        const client = clientOf(context);
        const id = await findUserId(client, username);
        const members = membersOf(options, command);
        const { body } = await client.call(method, method === "PUT" ? `${members}/${id}` : members, {
          user_id: id,
          access_level: options.accessLevel,
        });
        show(context, body, { json: options.json, columns: COLUMNS });
      });
  }
  withJson(withPlace(member.command("list")))
    .description("list members, bots among them")
    .option("--all", "with those of the groups above, for a project")
    .action(async (options: Place & { all?: boolean; json?: boolean }, command: Command) => {
      const address = `${membersOf(options, command)}${options.all === true ? "/all" : ""}`;
      show(context, await clientOf(context).list(address), { json: options.json, columns: COLUMNS });
    });
  withPlace(member.command("remove"))
    .description("remove a member")
    .argument("<username>", "who")
    .action(async (username: string, options: Place, command: Command) => {
      const client = clientOf(context);
      await client.call("DELETE", `${membersOf(options, command)}/${await findUserId(client, username)}`);
    });
}

function withPlace(command: Command): Command {
  return command
    .addOption(new Option("--project <path>", "of this project").conflicts("group"))
    .option("--group <path>", "of this group");
}

function membersOf({ project, group }: Place, command: Command): string {
  if (project !== undefined) return `/projects/${segment(project)}/members`;
  if (group !== undefined) return `/groups/${segment(group)}/members`;
  return command.error("error: say --project PATH or --group PATH");
}
