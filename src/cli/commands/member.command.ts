/** `keyside member`: the members of a project, or of a group and so of all that is below it. */
import { type Command, Option } from "commander";
import { groupAddress, projectAddress } from "../addresses.ts";
import { type CliContext, clientOf, show } from "../context.ts";
import { accessLevelOption, withJson, withUsername } from "./arguments.ts";
import { findUserId } from "./find-id.ts";

const COLUMNS = ["id", "username", "name", "access_level"];

/** The project or the group whose members a command is about. */
interface MemberPlaceOptions {
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
    withJson(withMemberPlace(withUsername(member.command(verb))))
      .description(description)
      .addOption(
        accessLevelOption("guest, reporter, developer, maintainer, owner or 10 to 50").makeOptionMandatory(true),
      )
      .action(
        async (
          username: string,
          options: MemberPlaceOptions & { accessLevel: number; json?: boolean },
          command: Command,
        ) => {
          const client = clientOf(context);
          const id = await findUserId(client, username);
          const members = membersAddress(options, command);
          const { body } = await client.call(method, method === "PUT" ? `${members}/${id}` : members, {
            user_id: id,
            access_level: options.accessLevel,
          });
          show(context, body, { json: options.json, columns: COLUMNS });
        },
      );
  }
  withJson(withMemberPlace(member.command("list")))
    .description("list members, bots included")
    .option("--all", "for a project, include the members of the groups above it")
    .action(async (options: MemberPlaceOptions & { all?: boolean; json?: boolean }, command: Command) => {
      const address = `${membersAddress(options, command)}${options.all === true ? "/all" : ""}`;
      show(context, await clientOf(context).list(address), { json: options.json, columns: COLUMNS });
    });
  withMemberPlace(withUsername(member.command("remove")))
    .description("remove a member")
    .action(async (username: string, options: MemberPlaceOptions, command: Command) => {
      const client = clientOf(context);
      await client.call("DELETE", `${membersAddress(options, command)}/${await findUserId(client, username)}`);
    });
}

function withMemberPlace(command: Command): Command {
  return command
    .addOption(new Option("--project <path>", "of this project").conflicts("group"))
    .option("--group <path>", "of this group");
}

/** The address of the members; ends the command as wrong usage where neither a project nor a group is given. */
function membersAddress({ project, group }: MemberPlaceOptions, command: Command): string {
  if (project !== undefined) return `${projectAddress(project)}/members`;
  if (group !== undefined) return `${groupAddress(group)}/members`;
  return command.error("error: say --project PATH or --group PATH");
}
