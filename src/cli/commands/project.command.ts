/** `keyside group`, `keyside project` and `keyside member`. */
import { type Command, InvalidArgumentError } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { RefusedError } from "../refused-error.ts";
import { findUserId } from "./find-user.ts";

const GROUP_COLUMNS = ["id", "full_path", "name"];
const PROJECT_COLUMNS = ["id", "path_with_namespace", "visibility", "container_registry_enabled"];
const MEMBER_COLUMNS = ["id", "username", "name", "access_level"];

/** The words for access levels, beside their numbers. */
const LEVELS: Readonly<Record<string, number>> = { guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 };

/** Adds the commands about groups. */
export function addGroupCommands(program: Command, context: CliContext): void {
  const group = program.command("group").description("create and show groups");
  withJson(group.command("create"))
    .description("create a group; one in another group, with the path of both: team/backend")
    .argument("<path>", "its full path")
    .option("--name <name>", "what people call it")
    .action(async (path: string, { name, json }: { name?: string; json?: boolean }) => {
      const client = await clientOf(context);
      const { parent, last } = splitPath(path);
      const { body } = await client.call("POST", "/groups", {
        name: name ?? last,
        path: last,
        parent_id: parent === undefined ? undefined : await findGroupId(client, parent),
      });
      show(context, body, { json, columns: GROUP_COLUMNS });
    });
  withJson(group.command("show"))
    .description("show a group")
    .argument("<path>", "its full path")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await (await clientOf(context)).call("GET", `/groups/${segment(path)}`);
      show(context, body, { json, columns: GROUP_COLUMNS });
    });
}

/** Adds the commands about projects. */
export function addProjectCommands(program: Command, context: CliContext): void {
  const project = program.command("project").description("create, list and show projects");
  withJson(project.command("create"))
    .description("create a project in a group or in your own namespace")
    .argument("<path>", "its full path, such as team/app")
    .option("--name <name>", "what people call it")
    .option("--visibility <visibility>", "private, internal or public", "private")
    .action(async (path: string, options: { name?: string; visibility: string; json?: boolean }) => {
      const client = await clientOf(context);
      const { parent, last } = splitPath(path);
      if (parent === undefined) throw new RefusedError(`"${path}" names no namespace: say namespace/project`);
      const { body } = await client.call("POST", "/projects", {
        name: options.name ?? last,
        path: last,
        visibility: options.visibility,
        namespace_id: await findGroupId(client, parent),
      });
      show(context, body, { json: options.json, columns: PROJECT_COLUMNS });
    });
  withJson(project.command("list"))
    .description("list the projects that you see")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await (await clientOf(context)).list("/projects"), { json, columns: PROJECT_COLUMNS });
    });
  withJson(project.command("show"))
    .description("show a project")
    .argument("<path>", "its full path")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await (await clientOf(context)).call("GET", `/projects/${segment(path)}`);
      show(context, body, { json, columns: PROJECT_COLUMNS });
    });
}

/** Adds the commands about members. */
export function addMemberCommands(program: Command, context: CliContext): void {
  const member = program.command("member").description("add, list and remove members of a project");
  withJson(member.command("add"))
    .description("make a user a member of a project")
    .argument("<username>", "who")
    .requiredOption("--project <path>", "the project")
    .requiredOption("--access-level <level>", "guest, reporter, developer, maintainer, owner or 10 to 50", accessLevel)
    .action(async (username: string, options: { project: string; accessLevel: number; json?: boolean }) => {
      const client = await clientOf(context);
      const { body } = await client.call("POST", `/projects/${segment(options.project)}/members`, {
        user_id: await findUserId(client, username),
        access_level: options.accessLevel,
      });
      show(context, body, { json: options.json, columns: MEMBER_COLUMNS });
    });
  withJson(member.command("list"))
    .description("list the members of a project, bots among them")
    .requiredOption("--project <path>", "the project")
    .action(async ({ project, json }: { project: string; json?: boolean }) => {
      const members = await (await clientOf(context)).list(`/projects/${segment(project)}/members`);
      show(context, members, { json, columns: MEMBER_COLUMNS });
    });
  member
    .command("remove")
    .description("remove a member from a project")
    .argument("<username>", "who")
    .requiredOption("--project <path>", "the project")
    .action(async (username: string, { project }: { project: string }) => {
      const client = await clientOf(context);
      await client.call("DELETE", `/projects/${segment(project)}/members/${await findUserId(client, username)}`);
    });
}

function splitPath(path: string): { parent: string | undefined; last: string } {
  const slash = path.lastIndexOf("/");
  return { parent: slash === -1 ? undefined : path.slice(0, slash), last: path.slice(slash + 1) };
}

async function findGroupId(client: KeysideClient, path: string): Promise<number> {
  const { body } = await client.call("GET", `/groups/${segment(path)}`);
  return (body as { id: number }).id;
}

function accessLevel(value: string): number {
  const level = LEVELS[value.toLowerCase()] ?? Number(value);
  if (!Object.values(LEVELS).includes(level)) {
    throw new InvalidArgumentError("guest, reporter, developer, maintainer, owner or 10, 20, 30, 40, 50 is wanted");
  }
  return level;
}
