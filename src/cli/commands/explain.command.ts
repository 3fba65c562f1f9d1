/** `keyside explain`: what a registry lets a token or a person do, and why not more. */
import { type Command, Option } from "commander";
import { projectAddress } from "../addresses.ts";
import { type CliContext, clientOf } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import type { ShownExplanation } from "../render-explanation.ts";
import { withJson } from "./arguments.ts";
import { findUserId } from "./find-id.ts";

interface ExplainOptions {
  project: string;
  token?: string;
  user?: string;
  scope?: string[];
  address?: string;
  json?: boolean;
}

/** Adds the command that explains. */
export function addExplainCommand(program: Command, context: CliContext): void {
  withJson(program.command("explain"))
    .description("explain what a registry lets a token or a person do in a project, and why not more")
    .requiredOption("--project <path>", "the project")
    .addOption(new Option("--token <id>", "one of its access tokens, by number").conflicts("user"))
    .option("--user <username>", "a person, as with their password")
    .option(
      "--scope <scope...>",
      "what is asked for, as repository:team/app/web:pull,push; may be repeated (default: signing in alone)",
    )
    .option("--address <address>", "where it would come from")
    .action(async (options: ExplainOptions, command: Command) => {
      const client = clientOf(context);
      const { credential, subject } = await subjectOf(options, command, client);
      const question = { ...subject, scopes: options.scope ?? [], address: options.address };
      const { body } = await client.call("POST", `${projectAddress(options.project)}/explain`, question);
      if (options.json === true) return context.output.line(JSON.stringify(body, null, 2));
      const { renderExplanation } = await import("../render-explanation.ts");
      for (const line of renderExplanation(body as ShownExplanation, credential)) context.output.line(line);
    });
}

/** Who is asked about, in words and for the API. Ends the command as wrong usage where that is nobody. */
async function subjectOf(
  { token, user }: ExplainOptions,
  command: Command,
  client: KeysideClient,
): Promise<{ credential: string; subject: object }> {
  if (user !== undefined) return { credential: user, subject: { user_id: await findUserId(client, user) } };
  if (token === undefined) return command.error("error: say --token ID or --user NAME");
  // Commander would repeat what it was given, which may be a secret.
  if (!/^\d{1,9}$/.test(token))
    return command.error(
      "error: --token wants the token's number, as keyside token list shows it, and never its secret",
    );
  return { credential: `Token ${token}`, subject: { token_id: Number(token) } };
}
