/** `keyside refresh-token`: what registry clients are signed in with, in place of a password. */
import type { Command } from "commander";
import { type CliContext, clientOf, show, withJson } from "../context.ts";
import { wholeNumber } from "./arguments.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "service", "client_id", "last_four", "created_at"];

/** Adds the commands about refresh tokens. */
export function addRefreshTokenCommands(program: Command, context: CliContext): void {
  const refreshToken = program
    .command("refresh-token")
    .description("list and revoke what registry clients are signed in with, in place of a password");
  withJson(refreshToken.command("list"))
    .description("list your refresh tokens, or those of --user (administrators)")
    .option("--user <username>", "whose")
    .action(async ({ user, json }: { user?: string; json?: boolean }) => {
      const client = clientOf(context);
      const address = user === undefined ? "/user" : `/users/${await findUserId(client, user)}`;
      show(context, await client.list(`${address}/refresh_tokens`), { json, columns: COLUMNS });
    });
  refreshToken
    .command("revoke")
    .description("revoke a refresh token: its client must sign in again")
    .argument("<id>", "the refresh token's number", wholeNumber)
    .option("--user <username>", "whose (administrators)")
    .action(async (id: number, { user }: { user?: string }) => {
      const client = clientOf(context);
      const address = user === undefined ? "/user" : `/users/${await findUserId(client, user)}`;
      await client.call("DELETE", `${address}/refresh_tokens/${id}`);
    });
}
