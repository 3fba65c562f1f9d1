/** The private project that shows a new user what Keyside does, and the commands that they paste into a shell. */
import { addDays, systemClock, utcDate } from "../clock.ts";
import { groupAddress, projectAddress } from "./addresses.ts";
import type { KeysideClient } from "./keyside-client.ts";

const DEMO_GROUP = "demo";
/** Its full path. */
export const DEMO_PROJECT = `${DEMO_GROUP}/app`;

/** A token for trying things out should not live for long. */
const TOKEN_LIFETIME_DAYS = 30;

/** What a demo's token is known by, among the others of the project. */
const TOKEN = { name: "Demo", description: "Made for the lines to paste" };

/**
 * Makes the demo project where it is missing, with the feature on for it alone.
 *
 * @returns the project's address in the API
 * @throws RefusedError when the service refuses
 */
export async function ensureDemoProject(client: KeysideClient): Promise<string> {
  const project = projectAddress(DEMO_PROJECT);
  if ((await client.find(project)) === undefined) {
    const group =
      (await client.find(groupAddress(DEMO_GROUP))) ??
      (await client.call("POST", "/groups", { name: "Demo", path: DEMO_GROUP })).body;
    const { id } = group as { id: number };
    await client.call("POST", "/projects", { name: "App", path: "app", namespace_id: id, visibility: "private" });
    await client.call("POST", "/features/resource_access_token", { value: true, project: DEMO_PROJECT });
  }
  return project;
}

/**
 * Makes a token that pulls and pushes in the demo project, images and by Git, and revokes those that earlier demos made.
 *
 * @returns the token's secret
 * @throws RefusedError when the service refuses
 */
export async function createDemoToken(client: KeysideClient): Promise<string> {
  const tokens = `${await ensureDemoProject(client)}/access_tokens`;
  const { body } = await client.call("POST", tokens, {
    ...TOKEN,
    scopes: ["read_registry", "write_registry", "write_repository"],
    expires_at: addDays(utcDate(systemClock.now()), TOKEN_LIFETIME_DAYS),
  });
  const made = body as { id: number; token: string };
  for (const token of (await client.list(`${tokens}?state=active`)) as (typeof TOKEN & { id: number })[]) {
    const isOfDemo = token.name === TOKEN.name && token.description === TOKEN.description;
    if (isOfDemo && token.id !== made.id) await client.call("DELETE", `${tokens}/${token.id}`);
  }
  return made.token;
}

/** Where the shell that pastes the lines has the secret from: a file, or what a command prints. */
export type SecretSource = { readonly file: string } | { readonly command: string };

/**
 * The shell commands that log in, make an empty image, push it into the demo project and pull it, a line each. The secret
 * is in none of them, so it does not end up in the shell's history.
 *
 * @param registry `host:port` as the Docker client names it
 */
export function pasteLines({ registry, secret }: { registry: string; secret: SecretSource }): string[] {
  const target = `${registry}/${DEMO_PROJECT}/hello:1`;
  const login = `docker login ${registry} --username demo --password-stdin`;
  return [
    // A command that reads from the terminal would swallow the lines that are pasted after it.
    "file" in secret ? `${login} < ${quoted(secret.file)}` : `${secret.command} < /dev/null | ${login}`,
    // An image that is new each time: one that the engine also has by another name stays there when it is removed, and
    // the engine then pulls nothing that the registry could report.
    `tar -cf - -T /dev/null | docker import - ${target}`,
    `docker push ${target}`,
    `docker image rm ${target}`,
    `docker pull ${target}`,
  ];
}

/** Where Git finds the demo project, and how it gets the secret. */
export interface GitPlaces {
  readonly url: string;
  /** By SSH; undefined where that is off. */
  readonly ssh: { readonly url: string; readonly knownHostsFile: string } | undefined;
  /** A program that prints the secret. */
  readonly askPass: string;
}

/**
 * The shell commands that clone the demo project by HTTP, commit to it and push, and do that once more by SSH, a line each. None
 * changes a setting of the shell's or of the user's: the secret is for nobody else who asks for a password.
 */
export function gitPasteLines({ url, ssh, askPass }: GitPlaces): string[] {
  const address = new URL(url);
  address.username = "demo";
  const [clone, asking] = ["git -C keyside-demo", `-c core.askPass=${quoted(askPass)}`];
  const commit = `${clone} -c user.name=Demo -c user.email=demo@localhost commit --allow-empty --message`;
  return [
    `git ${asking} clone ${address.href} keyside-demo`,
    `${commit} 'Hello, Keyside'`,
    `${clone} ${asking} push origin HEAD`,
    ...(ssh === undefined
      ? []
      : [
          `${commit} 'Hello by SSH'`,
          `SSH_ASKPASS=${quoted(askPass)} SSH_ASKPASS_REQUIRE=force ${clone} ` +
            `-c core.sshCommand="ssh -o UserKnownHostsFile=${quoted(ssh.knownHostsFile)}" push ${ssh.url} HEAD`,
        ]),
  ];
}

/** What the program is that prints the secret in a file. */
export function askPassProgram(secretFile: string): string {
  return `#!/bin/sh\ncat ${quoted(secretFile)}\n`;
}

/** A path as one word of the shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
