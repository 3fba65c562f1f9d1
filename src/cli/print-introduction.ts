/** What `keyside up` prints once everything runs: a page to open, where all is, and the commands by which a new user sees it work. */
import { access, writeFile } from "node:fs/promises";
import { type Config, processEnvironment } from "../config.ts";
import { writeSecret } from "../files.ts";
import { knownHostsLine } from "../git/ssh/known-hosts.ts";
import { findGit } from "../git-repositories/find-git.ts";
import { createLinks } from "../links.ts";
import type { NoRegistry, RunningRegistry } from "../local-registry/start-local-registry.ts";
import {
  askPassProgram,
  createDemoToken,
  DEMO_PROJECT,
  type GitPlaces,
  gitPasteLines,
  pasteLines,
} from "./demo-project.ts";
import { type KeysideClient, openClient } from "./keyside-client.ts";
import type { Output } from "./output.ts";

/**
 * Prints a sign-in link, the addresses, the files that hold credentials, and what to paste, with a fresh token of the demo project.
 *
 * @throws RefusedError when the service refuses to make the demo project or its token
 */
export async function printIntroduction(
  config: Config,
  registry: RunningRegistry | NoRegistry,
  output: Output,
  logFile: string,
): Promise<void> {
  const hasPasswordFile = await access(config.rootPasswordFile).then(
    () => true,
    () => false,
  );
  const address = new URL(config.registry.url).host;
  const client = openClient(config);
  await writeSecret(config.demoTokenFile, await createDemoToken(client));
  output.line("");
  output.line(`Open       ${await makeSignInLink(client)}`);
  output.line(`API        ${config.url}/api/v4   (the operator's token is in ${config.operatorTokenFile})`);
  if (hasPasswordFile) output.line(`Sign in    root, with the password in ${config.rootPasswordFile}`);
  output.line(`Registry   ${registry.kind === "none" ? "none" : address}: ${registry.reason}`);
  output.line(`Log        ${logFile}`);
  output.line("");
  if (registry.kind === "none") {
    output.line(registry.advice);
  } else {
    output.line("Paste these lines, in a private demo project:");
    output.line("");
    const lines = pasteLines({ registry: address, secret: { file: config.demoTokenFile } });
    for (const line of lines) output.line(`  ${line}`);
  }
  await printGitLines(config, output);
  output.line("");
  output.line("Ctrl-C stops both.");
}

/** The lines for Git, or why there is none. */
async function printGitLines(config: Config, output: Output): Promise<void> {
  if (!config.git.isOn) return;
  const found = await findGit(processEnvironment()["PATH"] ?? "");
  output.line("");
  if (found.program === undefined) return output.line(`${found.problem}.`);
  await writeFile(config.demoAskPassFile, askPassProgram(config.demoTokenFile), { mode: 0o700 });
  const url = `${config.url}/${DEMO_PROJECT}.git`;
  const lines = gitPasteLines({ url, ssh: await sshPlace(config), askPass: config.demoAskPassFile });
  output.line("The same project by Git:");
  output.line("");
  for (const line of lines) output.line(`  ${line}`);
}

/** Where Git over SSH finds the project; its host keys are written down, so that nobody is asked whether they are right. */
async function sshPlace({ ssh, dataDir, demoKnownHostsFile, ...config }: Config): Promise<GitPlaces["ssh"]> {
  const url = createLinks({ ...config, ssh }, true).gitSsh(DEMO_PROJECT);
  if (ssh === undefined || url === null) return undefined;
  const { readHostKeys } = await import("../git/ssh/host-keys.ts");
  const lines = readHostKeys(dataDir).map((key) =>
    knownHostsLine(ssh.address, { type: key.type, blob: key.getPublicSSH() }),
  );
  await writeFile(demoKnownHostsFile, `${lines.join("\n")}\n`);
  return { url, knownHostsFile: demoKnownHostsFile };
}

/** A link that signs in who reads the terminal, once: nobody's password is needed. It leads to the demo project's tokens. */
async function makeSignInLink(client: KeysideClient): Promise<string> {
  const { id, username } = (await client.call("GET", "/user")).body as { id: number; username: string };
  const { url } = (await client.call("POST", `/users/${id}/sign_in_links`)).body as { url: string };
  const link = new URL(url);
  link.searchParams.set("return_to", `/${DEMO_PROJECT}/-/settings/access_tokens`);
  return `${link}   (signs you in as ${username}, once, within 15 minutes)`;
}
