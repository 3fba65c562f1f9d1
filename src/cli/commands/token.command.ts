/** `keyside token`: project access tokens, and personal ones for administrators. */
import { type Command, Option } from "commander";
import { type CliContext, clientOf, segment, show, withJson } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { accessLevel, wholeNumber } from "./arguments.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "name", "scopes", "access_level", "active", "expires_at", "last_used_at"];

interface CreateOptions extends Whose {
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

  withJson(whose(token.command("create")))
    .description("create an access token and print its secret, this one time")
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scopes <scopes>", "such as read_registry,write_registry", (value) => value.split(","))
    .option("--description <text>", "more about it")
    .option("--expires <date>", "YYYY-MM-DD: dead from midnight UTC of this date on")
    .option("--access-level <level>", "the bot's level in the project: maintainer or 40, if not said", accessLevel)
    .action(async (options: CreateOptions, command: Command) => {
      const client = clientOf(context);
      const { create } = await addressesOf(options, command, client);
      const { body, warning } = await client.call("POST", create, {
        name: options.name,
        scopes: options.scopes,
        description: options.description,
        expires_at: options.expires,
        access_level: options.accessLevel,
      });
      if (warning !== undefined) context.output.complain(`keyside: warning: ${warning}`);
      printSecret(context, body, options.json);
    });

  withJson(whose(token.command("list")))
    .description("list access tokens, live and dead")
    .option("--state <state>", "active or inactive alone")
    .action(async (options: Whose & { state?: string; json?: boolean }, command: Command) => {
      const client = clientOf(context);
      const { list } = await addressesOf(options, command, client);
      const state = options.state === undefined ? "" : `state=${encodeURIComponent(options.state)}`;
      const tokens = await client.list(`${list}${state}`);
      show(context, tokens, { json: options.json, columns: COLUMNS });
    });

  withJson(whose(token.command("show")))
    .description("show an access token")
    .argument("<id>", "the token's number", wholeNumber)
    .action(async (id: number, options: Whose & { json?: boolean }, command: Command) => {
      const client = clientOf(context);
      const { one } = await addressesOf(options, command, client);
      const { body } = await client.call("GET", `${one}/${id}`);
      show(context, body, { json: options.json, columns: COLUMNS });
    });

  withJson(whose(token.command("rotate")))
    .description("replace the secret of an access token, and print the new one, this one time")
    .argument("<id>", "the token's number", wholeNumber)
    .option("--expires <date>", "YYYY-MM-DD; a week from today, if not said")
    .action(async (id: number, options: Whose & { expires?: string; json?: boolean }, command: Command) => {
      const client = clientOf(context);
      const { one } = await addressesOf(options, command, client);
      const { body } = await client.call("POST", `${one}/${id}/rotate`, { expires_at: options.expires });
      printSecret(context, body, options.json);
    });

  whose(token.command("revoke"))
    .description("revoke an access token, at once")
    .argument("<id>", "the token's number", wholeNumber)
    .action(async (id: number, options: Whose, command: Command) => {
      const client = clientOf(context);
      const { one } = await addressesOf(options, command, client);
      await client.call("DELETE", `${one}/${id}`);
    });
}

/** Whose token a command is about: a project's, or a human's. */
interface Whose {
  project?: string;
  personal?: boolean;
  user?: string;
}

function whose(command: Command): Command {
  return command
    .addOption(new Option("--project <path>", "a token of this project").conflicts(["personal", "user"]))
    .option("--personal", "a personal access token; your own, or that of --user (administrators)")
    .option("--user <username>", "whose personal access token");
}

/** Where tokens are made and listed (ready for a query), and where one of them is. */
async function addressesOf(
  { project, personal, user }: Whose,
  command: Command,
  client: KeysideClient,
): Promise<{ create: string; list: string; one: string }> {
  if (project !== undefined) {
    const tokens = `/projects/${segment(project)}/access_tokens`;
    return { create: tokens, list: `${tokens}?`, one: tokens };
  }
  if (personal !== true) command.error("error: say --project PATH, or --personal, perhaps with --user NAME");
  const tokens = "/personal_access_tokens";
  const id = user === undefined ? undefined : await findUserId(client, user);
  const create = id === undefined ? `/user${tokens}` : `/users/${id}${tokens}`;
  return { create, list: id === undefined ? `${tokens}?` : `${tokens}?user_id=${id}&`, one: tokens };
}

function printSecret({ output }: CliContext, created: unknown, json: boolean | undefined): void {
  output.line(json === true ? JSON.stringify(created, null, 2) : String((created as { token: unknown }).token));
}
