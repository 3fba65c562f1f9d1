/** `keyside path`: the paths of what was deleted. */
import type { Command } from "commander";
import { deletedPathAddress } from "../addresses.ts";
import { type CliContext, clientOf, show } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { withFullPath } from "./arguments.ts";

const COLUMNS = ["name", "last_reported_on"];

/** What the API says of a path, as far as the command reads it. */
interface DeletedPath {
  readonly repositories: readonly unknown[];
  readonly repositories_total: number;
}

/** Adds the commands about paths. */
export function addPathCommands(program: Command, context: CliContext): void {
  const path = program.command("path").description("free the paths of what was deleted (administrators)");
  withFullPath(path.command("release"))
    .description(
      "let anybody have the path of a deleted project, group or user, with the images under it; says which those are",
    )
    .option("--yes", "free it; without this, the command only says what is there")
    .action(async (fullPath: string, { yes }: { yes?: boolean }) => {
      const client = clientOf(context);
      const address = deletedPathAddress(fullPath);
      const found = (await client.find(address)) as DeletedPath | undefined;
      if (found === undefined) throw new RefusedError(`nothing that was deleted had the path "${fullPath}"`);
      const { repositories, repositories_total: total } = found;
      if (total === 0) context.output.complain("keyside: the registry reported no repository under it");
      else show(context, repositories, { json: false, columns: COLUMNS });
      if (total > repositories.length) {
        context.output.complain(`keyside: and ${total - repositories.length} more repositories`);
      }
      if (yes !== true) {
        throw new RefusedError(`"${fullPath}" is kept: say --yes to let anybody have it, with the images under it`);
      }
      await client.call("DELETE", address);
    });
}
