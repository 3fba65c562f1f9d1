/** `keyside user`: the accounts of humans. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { type CliContext, clientOf, passOnWarning, show } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { withJson, withPasswordStdin, withUsername } from "./arguments.ts";
import { findUserId } from "./find-id.ts";

const COLUMNS = ["id", "username", "name", "state", "bot"];

interface CreateOptions {
  readonly email: string;
  readonly name?: string;
  readonly admin?: boolean;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

/** A sign-in link, as the API answers it. */
interface SignInLink {
  readonly url: string;
  readonly expires_at: string;
}

/** Adds the commands about accounts. */
export function addUserCommands(program: Command, context: CliContext): void {
  const user = program
    .command("user")
    .description("create, list, show, invite, block and delete accounts (administrators); change your password");
  withJson(withUsername(user.command("create")))
    .description("create the account of a human")
    .option("--password-stdin", "read the password from standard input (default: none, until they are invited)")
    .requiredOption("--email <address>", "their e-mail address")
    .option("--name <name>", "their display name (default: the username)")
    .option("--admin", "make them an administrator")
    .action(async (username: string, options: CreateOptions) => {
      const { email, admin, name = username } = options;
      const way = options.passwordStdin === true ? { password: await readPassword() } : { reset_password: true };
      const account = { username, name, email, admin, ...way };
      const { body, warning } = await clientOf(context).call("POST", "/users", account);
      passOnWarning(context, warning);
      show(context, body, { json: options.json, columns: COLUMNS });
    });
  withJson(user.command("list"))
    .description("list all accounts")
    .action(async ({ json }: { json?: boolean }) => {
      show(context, await clientOf(context).list("/users"), { json, columns: COLUMNS });
    });
  withJson(withUsername(user.command("show")))
    .description("show an account")
    .action(async (username: string, { json }: { json?: boolean }) => {
      const client = clientOf(context);
      const { body } = await client.call("GET", await userAddress(client, username));
      show(context, body, { json, columns: COLUMNS });
    });
  withPasswordStdin(user.command("password").argument("[username]", "their username (administrators)"))
    .description(
      "set the password of a human, and end all sign-ins by the old one; without a username your own, with the current " +
        "password in a first line of standard input, and the new one in a second",
    )
    .action(async (username: string | undefined, _options: unknown, command: Command) => {
      const client = clientOf(context);
      if (username === undefined) {
        await client.call("PUT", "/user/password", await readPasswordChange(command));
        return;
      }
      const password = await readPassword();
      await client.call("PUT", await userAddress(client, username), { password });
    });
  withJson(withUsername(user.command("sign-in-link")))
    .description("print a link by which a human signs in to the pages, once, within 15 minutes")
    .option("--invitation", "one that sets a password too, within 72 hours")
    .action(async (username: string, { invitation, json }: { invitation?: boolean; json?: boolean }) => {
      const client = clientOf(context);
      const kind = invitation === true ? "invitation" : "sign_in";
      const { body } = await client.call("POST", `${await userAddress(client, username)}/sign_in_links`, { kind });
      printLink(context, body as SignInLink, json);
    });
  for (const [verb, description] of [
    ["block", "refuse every credential of a human until they are unblocked"],
    ["unblock", "accept the credentials of a human again"],
  ] as const) {
    withUsername(user.command(verb))
      .description(description)
      .action(async (username: string) => {
        const client = clientOf(context);
        await client.call("POST", `${await userAddress(client, username)}/${verb}`);
      });
  }
  withUsername(user.command("delete"))
    .description("delete a human; what they created passes to the Ghost User, and their path is kept")
    .action(async (username: string) => {
      const client = clientOf(context);
      await client.call("DELETE", await userAddress(client, username));
    });
}

/** The link alone on standard output, since it is a secret. */
function printLink({ output }: CliContext, link: SignInLink, json: boolean | undefined): void {
  output.line(json === true ? JSON.stringify(link, null, 2) : link.url);
  if (json !== true) output.complain(`keyside: it works once, until ${link.expires_at}`);
}

async function userAddress(client: KeysideClient, username: string): Promise<string> {
  return `/users/${await findUserId(client, username)}`;
}

/** All of standard input, without the line end that `echo` adds. */
async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}

/** Both passwords, a line each. Ends the command as wrong usage where there are not two lines. */
async function readPasswordChange(command: Command): Promise<{ current_password: string; password: string }> {
  const [current, password, ...rest] = (await readPassword()).split(/\r?\n/);
  if (!current || !password || rest.length > 0) {
    command.error("error: two lines of standard input are wanted: the current password, and the new one");
  }
  return { current_password: current, password };
}
