/** `keyside token`: project access tokens, and personal ones for administrators. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "name", "scopes", "access_level", "active", "expires_at", "last_used_at"];

interface CreateOptions {
  project?: string;
  personal?: boolean;
  user?: string;
  name: string;
  scopes: string[];
  expires?: string;
  description?: string;
  accessLevel?: number;
  json?: boolean;
}

/** Adds the commands about tokens. */
export function addTokenCommands(program: Command, context: CliContext): void {
  const token = program.command("token").description("create, list, show, rotate and revoke access tokens");

  withJson(token.command("create"))
    .description("create an access token and print its secret, this one time")
    .addOption(new Option("--project <path>", "the project that it opens").conflicts(["personal", "user"]))
    .option("--personal", "a personal access token, for the human in --user (administrators)")
    .option("--user <username>", "whose personal access token")
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scopes <scopes>", "such as read_registry,write_registry", (value) => value.split(","))
    .option("--description <text>", "more about it")
    .option("--expires <date>", "YYYY-MM-DD: dead from midnight UTC of this date on")
    .option("--access-level <level>", "the bot's level in the project: 10, 20, 30, 40 or 50", wholeNumber)
    .action(async (options: CreateOptions, command: Command) => {
      const address = await addressFor(options, command, context);
      const client = await clientOf(context);
      const { body, warning } = await client.call("POST", address, {
        name: options.name,
        scopes: options.scopes,
        description: options.description,
        expires_at: options.expires,
        access_level: options.accessLevel,
      });
      if (warning !== undefined) context.output.complain(`keyside: warning: ${warning}`);
      printSecret(context, body, options.json);
    });

  withJson(token.command("list"))
    .description("list a project's access tokens, live and dead")
    .requiredOption("--project <path>", "the project")
    .action(async ({ project, json }: { project: string; json?: boolean }) => {
      const tokens = await (await clientOf(context)).list(`/projects/${segment(project)}/access_tokens`);
      show(context, tokens, { json, columns: COLUMNS });
    });

  withJson(token.command("show"))
    .description("show one access token of a project")
    .argument("<id>", "the token's number", wholeNumber)
    .requiredOption("--project <path>", "the project")
    .action(async (id: number, { project, json }: { project: string; json?: boolean }) => {
      const { body } = await (await clientOf(context)).call("GET", `/projects/${segment(project)}/access_tokens/${id}`);
      show(context, body, { json, columns: COLUMNS });
    });

  token
    .command("revoke")
    .description("revoke an access token of a project, at once")
    .argument("<id>", "the token's number", wholeNumber)
    .requiredOption("--project <path>", "the project")
    .action(async (id: number, { project }: { project: string }) => {
      await (await clientOf(context)).call("DELETE", `/projects/${segment(project)}/access_tokens/${id}`);
    });
}

async function addressFor(options: CreateOptions, command: Command, context: CliContext): Promise<string> {
  if (options.project !== undefined) return `/projects/${segment(options.project)}/access_tokens`;
  if (options.personal !== true || options.user === undefined) {
    command.error("error: say --project PATH, or --personal --user NAME");
  }
  return `/users/${await findUserId(await clientOf(context), options.user)}/personal_access_tokens`;
}

function printSecret({ output }: CliContext, created: unknown, json: boolean | undefined): void {
  output.line(json === true ? JSON.stringify(created, null, 2) : String((created as { token: unknown }).token));
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("a whole number is wanted");
  return Number(value);
}
