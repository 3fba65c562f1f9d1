/** `keyside user`: accounts of humans, for administrators. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { type CliContext, clientOf, show, withJson } from "../context.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "username", "name", "state", "bot"];

/** Adds the commands about accounts. */
export function addUserCommands(program: Command, context: CliContext): void {
  const user = program.command("user").description("create, list and show accounts (administrators)");
  withJson(user.command("create"))
    .description("create the account of a human; the password comes by standard input")
    .argument("<username>", "by which they sign in")
    .requiredOption("--email <address>", "their e-mail address")
    .requiredOption("--password-stdin", "read the password from standard input")
    .option("--name <name>", "what people call them")
    .option("--admin", "make them an administrator")
    .action(async (username: string, options: { email: string; name?: string; admin?: boolean; json?: boolean }) => {
      const password = (await text(process.stdin)).replace(/\r?\n$/, "");
      const client = await clientOf(context);
      const { email, admin, name = username } = options;
      const { body } = await client.call("POST", "/users", { username, name, email, password, admin });
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withJson(user.command("list"))
    .description("list all accounts")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await (await clientOf(context)).list("/users"), { json, columns: COLUMNS });
    });
  withJson(user.command("show"))
    .description("show an account")
    .argument("<username>", "whose")
    .action(async (username: string, { json }: { json?: boolean }) => {
      const client = await clientOf(context);
      const { body } = await client.call("GET", `/users/${await findUserId(client, username)}`);
      show(context, body, { json, columns: COLUMNS });
    });
}
