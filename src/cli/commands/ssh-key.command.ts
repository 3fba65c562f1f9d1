/** `keyside ssh key`: the public keys by which one signs in to Git over SSH. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { readTextFile } from "../../files.ts";
import { type CliContext, clientOf, show } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { RefusedError } from "../refused-error.ts";
import { wholeNumber, withJson } from "./arguments.ts";
import { findUserId } from "./find-id.ts";

const COLUMNS = ["id", "title", "fingerprint_sha256", "access_token_id", "expires_at", "last_used_at"];

interface AddOptions {
  readonly title?: string;
  readonly expires?: string;
  readonly json?: boolean;
}

/** Adds the commands about SSH keys below `keyside ssh`. */
export function addSshKeyCommands(ssh: Command, context: CliContext): void {
  const key = ssh.command("key").description("list, add and delete the public keys by which one signs in");
  withJson(withOwner(key.command("list")))
    .description("list SSH keys")
    .action(async ({ user, json }: { user?: string; json?: boolean }) => {
      const client = clientOf(context);
      show(context, await client.list(await keysAddress(client, user)), { json, columns: COLUMNS });
    });
  withJson(key.command("add"))
    .description("add an SSH key to the access token that is used: it ends with it, and may no more")
    .argument("[file]", "the .pub file (default: standard input)")
    .option("--title <title>", "what to call it (default: what stands behind the key)")
    .option("--expires <date>", "YYYY-MM-DD: from this day on it is not accepted, UTC")
    .action(async (file: string | undefined, { title, expires, json }: AddOptions) => {
      const { comment, line } = await readKey(file);
      const body = { title: title ?? comment, key: line, expires_at: expires };
      const { body: created } = await clientOf(context).call("POST", "/user/keys", body);
      show(context, created, { json, columns: COLUMNS });
    });
  withOwner(key.command("delete"))
    .description("delete an SSH key: nobody signs in with it any more")
    .argument("<id>", "the key's number", wholeNumber)
    .action(async (id: number, { user }: { user?: string }) => {
      const client = clientOf(context);
      await client.call("DELETE", `${await keysAddress(client, user)}/${id}`);
    });
}

/**
 * Read here already: a private key must not leave this machine.
 *
 * @throws RefusedError when it is no public key
 * @throws ConfigurationError when there is no such file
 */
async function readKey(file: string | undefined) {
  const { readPublicKey } = await import("../../ssh-keys/parse-public-key.ts");
  const read = readPublicKey(file === undefined ? await text(process.stdin) : readTextFile(file));
  if ("problem" in read) throw new RefusedError(`${file ?? "standard input"} ${read.problem}`);
  return read;
}

function withOwner(command: Command): Command {
  return command.option("--user <username>", "the owner (administrators; default: yourself)");
}

async function keysAddress(client: KeysideClient, username: string | undefined): Promise<string> {
  return `${username === undefined ? "/user" : `/users/${await findUserId(client, username)}`}/keys`;
}
