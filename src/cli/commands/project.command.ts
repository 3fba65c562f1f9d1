/** `keyside project`: the projects, each with the images below its path. */
import type { Readable } from "node:stream";
import type { Command } from "commander";
import { projectAddress } from "../addresses.ts";
import { type CliContext, clientOf, passOnWarning, show } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { onOrOff, periodParameters, splitPath, withFullPath, withJson, withPeriod } from "./arguments.ts";
import { findGroupId } from "./find-id.ts";

const COLUMNS = ["id", "path_with_namespace", "visibility", "container_registry_enabled"];

interface ProjectOptions {
  name?: string;
  description?: string;
  visibility?: string;
  registry?: boolean;
  json?: boolean;
}

const ACTIVITY_COLUMNS = ["pulls", "pushes", "mounts", "deletes"];

interface ActivityOptions {
  by: string;
  from?: string;
  to?: string;
  json?: boolean;
}

/** Adds the commands about projects. */
export function addProjectCommands(program: Command, context: CliContext): void {
  const project = program
    .command("project")
    .description("create, list, show, change and delete projects, and count what happens in them");
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
  withJson(withPeriod(withFullPath(project.command("activity"))))
    .description("count what was pulled from a project, pushed to it, mounted and deleted")
    .option("--by <what>", "day, repository or author", "day")
    .action(async (path: string, { by, from, to, json }: ActivityOptions) => {
      const query = periodParameters({ from, to });
      query.set("group_by", by);
      const rows = await clientOf(context).list(`${projectAddress(path)}/registry/activity?${query}`);
      show(context, json === true ? rows : rows.map(withAuthorsName), { json, columns: [by, ...ACTIVITY_COLUMNS] });
    });
  withFullPath(project.command("bundle"))
    .argument("<file>", "where to; - is standard output")
    .description("write a project's repository, with all of its history, as a bundle that git clone takes")
    .action(async (path: string, file: string) => {
      const { writeDownload } = await import("../write-download.ts");
      await writeDownload(file, await downloadBundle(context, path), context.output);
    });
  withFullPath(project.command("delete"))
    .description(
      "delete a project; its images stay in the registry, and only an Owner of its namespace can take its path again",
    )
    .action(async (path: string) => {
      await clientOf(context).call("DELETE", projectAddress(path));
    });
}

async function downloadBundle(context: CliContext, path: string): Promise<Readable> {
  try {
    return await clientOf(context).download(`${projectAddress(path)}/repository/bundle`);
  } catch (error) {
    if (!(error instanceof RefusedError) || error.message !== "404 Repository Not Found") throw error;
    throw new RefusedError(`nothing was pushed to ${path} yet: there is nothing to bundle`);
  }
}

/** In a table, an author is their username. */
function withAuthorsName(row: unknown): unknown {
  const { author, ...counts } = row as { author?: { username: string } | null };
  return author === undefined ? row : { author: author?.username ?? "anonymous", ...counts };
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
