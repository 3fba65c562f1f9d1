/** `keyside token usage`: whether a project's token, and each of its scopes, is still needed, and by whom. */
import type { Command } from "commander";
import { projectAddress } from "../addresses.ts";
import { type CliContext, clientOf, show } from "../context.ts";
import { periodParameters, wholeNumber, withJson, withPeriod } from "./arguments.ts";

/** What the API answers, as far as it is put into words here. */
interface Usage {
  readonly last_used_at: string | null;
  readonly last_used_ips: readonly string[];
  readonly last_used_client: string | null;
  readonly scopes: readonly { readonly scope: string; readonly last_used_at: string | null }[];
  readonly from: string;
  readonly to: string;
  readonly repositories: readonly unknown[] | null;
  readonly repositories_total: number | null;
  readonly days: readonly unknown[] | null;
}

/** Adds the command to those about tokens. */
export function addTokenUsageCommand(token: Command, context: CliContext): void {
  withJson(withPeriod(token.command("usage")))
    .description("show when, from where and for what a project's access token was used")
    .argument("<id>", "the token's number", wholeNumber)
    .requiredOption("--project <path>", "the project whose token it is")
    .action(async (id: number, options: { project: string; from?: string; to?: string; json?: boolean }) => {
      const { project, from, to, json } = options;
      const address = `${projectAddress(project)}/access_tokens/${id}/usage`;
      const { body } = await clientOf(context).call("GET", `${address}?${periodParameters({ from, to })}`);
      if (json === true) show(context, body, { json, columns: [] });
      else showUsage(context, body as Usage);
    });
}

function showUsage(context: CliContext, usage: Usage): void {
  const line = (text: string) => context.output.line(text);
  const table = (rows: readonly unknown[], columns: readonly string[]) => {
    line("");
    show(context, rows, { json: false, columns });
  };
  line(`last used  ${usage.last_used_at ?? "never"}`);
  line(`from       ${usage.last_used_ips.join(", ") || "-"}`);
  line(`by         ${usage.last_used_client ?? "-"}`);
  table(
    usage.scopes.map(({ scope, last_used_at }) => ({ scope, last_used_at: last_used_at ?? "never" })),
    ["scope", "last_used_at"],
  );
  line("");
  if (usage.repositories === null || usage.days === null) {
    line("its bot is deleted: what it pulled and pushed is counted as the Ghost User's");
    return;
  }
  const [named, total] = [usage.repositories.length, usage.repositories_total ?? 0];
  const most = named < total ? `, the ${named} most used` : "";
  line(`${usage.from} to ${usage.to}: ${total === 1 ? "1 repository" : `${total} repositories`}${most}`);
  if (total === 0) return;
  table(usage.repositories, ["repository", "pulls", "pushes", "last_day"]);
  table(usage.days, ["day", "pulls", "pushes"]);
}
