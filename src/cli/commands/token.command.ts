/** `keyside token`: the access tokens of projects, and the personal ones of humans. */
import { type Command, Option } from "commander";
import { projectAddress } from "../addresses.ts";
import { type CliContext, clientOf, passOnWarning, show } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import {
  accessLevelOption,
  listOf,
  type RuleArgument,
  repositoryRule,
  seconds,
  wholeNumber,
  withJson,
} from "./arguments.ts";
import { findUserId } from "./find-id.ts";
import { addTokenUsageCommand } from "./token-usage.command.ts";

const COLUMNS = [
  "id",
  "name",
  "scopes",
  "access_level",
  "active",
  "expires_at",
  "last_used_at",
  "retires_at",
  "safe_to_retire",
];

/** The owner of the tokens that a command is about: a project, or a human. */
interface TokenOwnerOptions {
  project?: string;
  personal?: boolean;
  user?: string;
}

interface RotateOptions extends TokenOwnerOptions {
  expires?: string;
  grace?: number;
  json?: boolean;
}

interface CreateOptions extends TokenOwnerOptions {
  name: string;
  scopes: string[];
  expires?: string;
  description?: string;
  accessLevel?: number;
  rule?: RuleArgument[];
  allowFrom?: string[];
  json?: boolean;
}

/** Adds the commands about tokens. */
export function addTokenCommands(program: Command, context: CliContext): void {
  const token = program.command("token").description("create, list, show, rotate, retire and revoke access tokens");

  withJson(withOwner(token.command("create")))
    .description("create an access token and print its secret, which is never shown again")
    .requiredOption("--name <name>", "a name that says what it is for")
    .requiredOption("--scopes <scopes>", "such as read_registry,write_registry", listOf)
    .option("--description <text>", "a description")
    .option("--expires <date>", "YYYY-MM-DD: the token is dead from the start of this day, UTC")
    .addOption(accessLevelOption("the bot's level in the project, a word or a number (default: maintainer)"))
    .option(
      "--rule <rule>",
      "what of the project's repositories it reaches, as web,services/**:pull,push; may be repeated (default: all)",
      repositoryRule,
    )
    .option(
      "--allow-from <networks>",
      "where it is accepted from, as 10.0.0.0/8,192.0.2.7 (default: everywhere)",
      listOf,
    )
    .action(async (options: CreateOptions, command: Command) => {
      const client = clientOf(context);
      const { create } = await tokenAddresses(options, command, client);
      const { body, warning } = await client.call("POST", create, {
        name: options.name,
        scopes: options.scopes,
        description: options.description,
        expires_at: options.expires,
        access_level: options.accessLevel,
        repository_rules: options.rule,
        ip_allow_list: options.allowFrom,
      });
      passOnWarning(context, warning);
      printSecret(context, body, options.json);
    });

  withJson(withOwner(token.command("list")))
    .description("list access tokens, live and dead")
    .option("--state <state>", "only those that are active, or inactive")
    .action(async (options: TokenOwnerOptions & { state?: string; json?: boolean }, command: Command) => {
      const client = clientOf(context);
      const { list } = await tokenAddresses(options, command, client);
      const state = options.state === undefined ? "" : `state=${encodeURIComponent(options.state)}`;
      const tokens = await client.list(`${list}${state}`);
      show(context, tokens, { json: options.json, columns: COLUMNS });
    });

  withJson(withOwner(token.command("show")))
    .description("show an access token")
    .argument("<id>", "the token's number", wholeNumber)
    .action(async (id: number, options: TokenOwnerOptions & { json?: boolean }, command: Command) => {
      const client = clientOf(context);
      const { one } = await tokenAddresses(options, command, client);
      const { body } = await client.call("GET", `${one}/${id}`);
      show(context, body, { json: options.json, columns: COLUMNS });
      if (options.json !== true) for (const line of limitsOf(body as ShownLimits)) context.output.line(line);
    });

  withJson(withOwner(token.command("rotate")))
    .description("replace the secret of an access token, and print the new one, which is never shown again")
    .argument("<id>", "the token's number", wholeNumber)
    .option("--expires <date>", "YYYY-MM-DD (default: a week from today)")
    .option("--grace <duration>", "the old secret works on for so long, 30d at most: 7d, 12h, 90m, 3600", seconds)
    .action(async (id: number, options: RotateOptions, command: Command) => {
      const client = clientOf(context);
      const { one } = await tokenAddresses(options, command, client);
      const { body } = await client.call("POST", `${one}/${id}/rotate`, {
        expires_at: options.expires,
        grace_period: options.grace,
      });
      printSecret(context, body, options.json);
    });

  withOwner(token.command("retire"))
    .description("end the grace of the secret that an access token was rotated from, with immediate effect")
    .argument("<id>", "the number of the token that goes on", wholeNumber)
    .action(async (id: number, options: TokenOwnerOptions, command: Command) => {
      const client = clientOf(context);
      const { one } = await tokenAddresses(options, command, client);
      await client.call("POST", `${one}/${id}/retire_predecessor`);
    });

  addTokenUsageCommand(token, context);

  withOwner(token.command("revoke"))
    .description("revoke an access token, with immediate effect")
    .argument("<id>", "the token's number", wholeNumber)
    .action(async (id: number, options: TokenOwnerOptions, command: Command) => {
      const client = clientOf(context);
      const { one } = await tokenAddresses(options, command, client);
      await client.call("DELETE", `${one}/${id}`);
    });
}

function withOwner(command: Command): Command {
  return command
    .addOption(new Option("--project <path>", "a token of this project").conflicts(["personal", "user"]))
    .option("--personal", "a personal access token: your own, or that of --user (administrators)")
    .option("--user <username>", "the owner of the personal access token");
}

/**
 * The addresses to create a token at, to list tokens at (ready for a query), and below which each token is. Ends the
 * command as wrong usage where no owner is given.
 */
async function tokenAddresses(
  { project, personal, user }: TokenOwnerOptions,
  command: Command,
  client: KeysideClient,
): Promise<{ create: string; list: string; one: string }> {
  if (project !== undefined) {
    const tokens = `${projectAddress(project)}/access_tokens`;
    return { create: tokens, list: `${tokens}?`, one: tokens };
  }
  if (personal !== true) command.error("error: say --project PATH, or --personal, perhaps with --user NAME");
  const tokens = "/personal_access_tokens";
  const id = user === undefined ? undefined : await findUserId(client, user);
  const create = id === undefined ? `/user${tokens}` : `/users/${id}${tokens}`;
  return { create, list: id === undefined ? `${tokens}?` : `${tokens}?user_id=${id}&`, one: tokens };
}

/** What a token is limited to besides its scopes, as the API shows it. */
interface ShownLimits {
  readonly repository_rules?: readonly RuleArgument[] | null;
  readonly ip_allow_list?: readonly string[] | null;
}

function limitsOf({ repository_rules, ip_allow_list }: ShownLimits): string[] {
  const rules = (repository_rules ?? []).map(({ repositories, actions }, index) => {
    const names = repositories.map((name) => (name === "" ? "the project's own repository" : name));
    return `rule ${index + 1}: ${actions.join(", ")} on ${names.join(", ")}`;
  });
  return ip_allow_list == null ? rules : [...rules, `accepted from: ${ip_allow_list.join(", ")}`];
}

function printSecret({ output }: CliContext, created: unknown, json: boolean | undefined): void {
  output.line(json === true ? JSON.stringify(created, null, 2) : String((created as { token: unknown }).token));
}
