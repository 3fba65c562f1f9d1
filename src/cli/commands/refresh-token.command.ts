/** `keyside refresh-token`: what registry clients are signed in with, in place of a password. */
import type { Command } from "commander";
import { type CliContext, clientOf, show } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { wholeNumber, withJson } from "./arguments.ts";
import { findUserId } from "./find-id.ts";

const COLUMNS = ["id", "service", "client_id", "last_four", "created_at", "last_used_at"];

/** Adds the commands about refresh tokens. */
export function addRefreshTokenCommands(program: Command, context: CliContext): void {
  const refreshToken = program
    .command("refresh-token")
    .description("list and revoke what registry clients are signed in with, in place of a password");
  withJson(withOwner(refreshToken.command("list")))
    .description("list refresh tokens")
    .action(async ({ user, json }: { user?: string; json?: boolean }) => {
      const client = clientOf(context);
      show(context, await client.list(await refreshTokensAddress(client, user)), { json, columns: COLUMNS });
    });
  withOwner(refreshToken.command("revoke"))
    .description("revoke a refresh token: its client must sign in again")
    .argument("<id>", "the refresh token's number", wholeNumber)
    .action(async (id: number, { user }: { user?: string }) => {
      const client = clientOf(context);
      await client.call("DELETE", `${await refreshTokensAddress(client, user)}/${id}`);
    });
}

function withOwner(command: Command): Command {
  return command.option("--user <username>", "the owner (administrators; default: yourself)");
}

async function refreshTokensAddress(client: KeysideClient, username: string | undefined): Promise<string> {
  const owner = username === undefined ? "/user" : `/users/${await findUserId(client, username)}`;
  return `${owner}/refresh_tokens`;
}
