/** `keyside project`: the projects, each with the images below its path. */
import type { Command } from "commander";
import { projectAddress } from "../addresses.ts";
import { type CliContext, clientOf, passOnWarning, show } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { onOrOff, splitPath, withFullPath, withJson } from "./arguments.ts";
import { findGroupId } from "./find-id.ts";

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
    .description("create a project in a group or in your own namespace")
    .argument("<path>", "its full path, such as team/app")
    .action(async (path: string, options: ProjectOptions) => {
      const client = clientOf(context);
      const { parent, last } = splitPath(path);
      if (parent === undefined) throw new RefusedError(`"${path}" names no namespace: say namespace/project`);
      const { body, warning } = await client.call("POST", "/projects", {
        ...propertiesOf({ ...options, name: options.name ?? last }),
        path: last,
        namespace_id: await findGroupId(client, parent),
      });
      passOnWarning(context, warning);
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withJson(project.command("list"))
    .description("list the projects that you may see")
    .option("--search <text>", "only those whose name or path contains the text")
    .action(async ({ search, json }: { search?: string; json?: boolean }) => {
      const query = search === undefined ? "" : `?search=${encodeURIComponent(search)}`;
      show(context, await clientOf(context).list(`/projects${query}`), { json, columns: COLUMNS });
    });
  withJson(withFullPath(project.command("show")))
    .description("show a project")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { body } = await clientOf(context).call("GET", projectAddress(path));
      show(context, body, { json, columns: COLUMNS });
    });
  withJson(withProperties(withFullPath(project.command("update"))))
    .description("change a project; its path stays")
    .action(async (path: string, options: ProjectOptions) => {
      const { body } = await clientOf(context).call("PUT", projectAddress(path), propertiesOf(options));
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withFullPath(project.command("delete"))
    .description(
      "delete a project; its images stay in the registry, and only an Owner of its namespace can take its path again",
    )
    .action(async (path: string) => {
      await clientOf(context).call("DELETE", projectAddress(path));
    });
}

function withProperties(command: Command): Command {
  return command
    .option("--name <name>", "its display name (default for a new project: the last part of the path)")
    .option("--description <text>", "a description")
    .option("--visibility <visibility>", "private, internal or public (default for a new project: private)")
    .option("--registry <on|off>", "whether it has container images", onOrOff);
}

function propertiesOf({ name, description, visibility, registry }: ProjectOptions): object {
  return { name, description, visibility, container_registry_enabled: registry };
}
