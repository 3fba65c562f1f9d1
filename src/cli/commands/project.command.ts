/** `keyside project`. */
import type { Command } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { onOrOff } from "./arguments.ts";
import { findGroupId, splitPath } from "./find-group.ts";

const COLUMNS = ["id", "path_with_namespace", "visibility", "container_registry_enabled"];

interface ProjectOptions {
  name?: string;
  description?: string;
  visibility?: string;
  registry?: boolean;
  json?: boolean;
}

/** Adds the commands about projects. */
export function addProjectCommands(program: Command, context: CliContext): void {
  const project = program.command("project").description("create, list, show, change and delete projects");
  withJson(withProperties(project.command("create")))
    .description("create a project in a group or in your own namespace; private, if not said")
    .argument("<path>", "its full path, such as team/app")
    .action(async (path: string, options: ProjectOptions) => {
      const client = clientOf(context);
      const { parent, last } = splitPath(path);
      if (parent === undefined) throw new RefusedError(`"${path}" names no namespace: say namespace/project`);
      const { body } = await client.call("POST", "/projects", {
        ...propertiesOf({ ...options, name: options.name ?? last }),
        path: last,
        namespace_id: await findGroupId(client, parent),
      });
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withJson(project.command("list"))
    .description("list the projects that you see")
    .option("--search <text>", "those whose name or path has it")
    .action(async ({ search, json }: { search?: string; json?: boolean }) => {
      const query = search === undefined ? "" : `?search=${encodeURIComponent(search)}`;
      show(context, await clientOf(context).list(`/projects${query}`), { json, columns: COLUMNS });
    });
  withJson(project.command("show"))
    .description("show a project")
    .argument("<path>", "its full path")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", `/projects/${segment(path)}`);
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(withProperties(project.command("update")))
    .description("change a project; its path stays")
    .argument("<path>", "its full path")
    .action(async (path: string, options: ProjectOptions) => {
      const { body } = await clientOf(context).call("PUT", `/projects/${segment(path)}`, propertiesOf(options));
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  project
    .command("delete")
    .description("delete a project; its images stay in the registry, out of everybody's reach")
    .argument("<path>", "its full path")
    .action(async (path: string) => {
      await clientOf(context).call("DELETE", `/projects/${segment(path)}`);
    });
}

function withProperties(command: Command): Command {
  return command
    .option("--name <name>", "what people call it")
    .option("--description <text>", "more about it")
    .option("--visibility <visibility>", "private, internal or public")
    .option("--registry <on|off>", "whether it has container images", onOrOff);
}

function propertiesOf({ name, description, visibility, registry }: ProjectOptions): object {
  return { name, description, visibility, container_registry_enabled: registry };
}
