/** `keyside user`: the accounts of humans. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { type CliContext, clientOf, show, withJson } from "../context.ts";
import { findUserId } from "./find-user.ts";

const COLUMNS = ["id", "username", "name", "state", "bot"];

/** Adds the commands about accounts. */
export function addUserCommands(program: Command, context: CliContext): void {
  const user = program.command("user").description("create, list, show, block and delete accounts (administrators)");
  withJson(user.command("create"))
    .description("create the account of a human; the password comes by standard input")
    .argument("<username>", "by which they sign in")
    .requiredOption("--email <address>", "their e-mail address")
    .requiredOption("--password-stdin", "read the password from standard input")
    .option("--name <name>", "what people call them")
    .option("--admin", "make them an administrator")
    .action(async (username: string, options: { email: string; name?: string; admin?: boolean; json?: boolean }) => {
      const password = await readPassword();
      const { email, admin, name = username } = options;
      const account = { username, name, email, password, admin };
      const { body } = await clientOf(context).call("POST", "/users", account);
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withJson(user.command("list"))
    .description("list all accounts")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await clientOf(context).list("/users"), { json, columns: COLUMNS });
    });
  withJson(user.command("show"))
    .description("show an account")
    .argument("<username>", "whose")
    .action(async (username: string, { json }: { json?: boolean }) => {
      const client = clientOf(context);
      const { body } = await client.call("GET", `/users/${await findUserId(client, username)}`);
      show(context, body, { json, columns: COLUMNS });
    });
  user
    .command("password")
    .description("set the password of a human; it comes by standard input, and ends their refresh tokens")
    .argument("<username>", "whose")
    .requiredOption("--password-stdin", "read the password from standard input")
    .action(async (username: string) => {
      const password = await readPassword();
      const client = clientOf(context);
      await client.call("PUT", `/users/${await findUserId(client, username)}`, { password });
    });
  for (const [verb, description] of [
    ["block", "refuse every credential of a human, until unblocked"],
    ["unblock", "accept the credentials of a human again"],
  ] as const) {
    user
      .command(verb)
      .description(description)
      .argument("<username>", "whom")
      .action(async (username: string) => {
        const client = clientOf(context);
        await client.call("POST", `/users/${await findUserId(client, username)}/${verb}`);
      });
  }
  user
    .command("delete")
    .description("delete a human; what they did passes to the Ghost User")
    .argument("<username>", "whom")
    .action(async (username: string) => {
      const client = clientOf(context);
      await client.call("DELETE", `/users/${await findUserId(client, username)}`);
    });
}

async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}
