/**
 * Runs podman, buildah and skopeo, which share Debian's `containers` libraries, so that nothing outside the stage's
 * directory is read or changed: images, logins, and what they remember of where a layer was seen.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandResult } from "../../src/local-registry/run-command.ts";
import type { ClientCredentials, ClientStage } from "./client-stage.ts";

/** Runs one of the tools to its end. */
export type RunTool = (...args: readonly string[]) => Promise<CommandResult>;

/**
 * As root, the tools remember layers below /var/lib whatever they are told: there, each run sees the stage's in its
 * place, in a mount namespace of its own.
 */
const IN_OWN_VAR_LIB = ["--mount", "--", "sh", "-c", 'mount --bind "$0" /var/lib && exec "$@"'];

/** Prepares one of the tools; `options` stand before every subcommand. */
export async function containersTool(
  stage: ClientStage,
  command: string,
  options: readonly string[] = [],
): Promise<RunTool> {
  const varLib = join(stage.directory, "var-lib");
  const authFile = join(stage.directory, `${command}-auth.json`);
  await mkdir(varLib, { recursive: true });
  await writeFile(authFile, "{}");
  const environment = { REGISTRY_AUTH_FILE: authFile, XDG_RUNTIME_DIR: stage.directory };
  return (...args) =>
    process.getuid?.() === 0
      ? stage.run("unshare", [...IN_OWN_VAR_LIB, varLib, command, ...options, ...args], environment)
      : stage.run(command, [...options, ...args], environment);
}

/** Options for a store of images in the stage's directory, which needs no support of the kernel's. */
export function ownStore(stage: ClientStage, command: string): string[] {
  const at = (name: string) => join(stage.directory, command, name);
  return ["--storage-driver", "vfs", "--root", at("root"), "--runroot", at("run")];
}

/** Options of a subcommand that talks to the stage's registry. */
export function toRegistry(as: ClientCredentials | undefined): string[] {
  return ["--tls-verify=false", ...(as === undefined ? [] : ["--creds", `${as.username}:${as.password}`])];
}
