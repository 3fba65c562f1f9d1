/** `keyside ssh`: by what clients of Git over SSH know that it is this instance, and it knows them. */
import type { Command } from "commander";
import { processEnvironment, readConfig } from "../../config.ts";
import { type CliContext, show } from "../context.ts";
import { RefusedError } from "../refused-error.ts";
import { SSH_BY_DEFAULT } from "../ssh-by-default.ts";
import { addSshKeyCommands } from "./ssh-key.command.ts";

/** Adds the commands about Git over SSH. */
export function addSshCommands(program: Command, context: CliContext): void {
  const ssh = program.command("ssh").description("Git over SSH: the keys of the instance, and those of its users");
  addSshKeyCommands(ssh, context);
  ssh
    .command("host-keys")
    .description("print the host keys, as lines for known_hosts with their fingerprints (on the server's own machine)")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { readHostKeys } = await import("../../git/ssh/host-keys.ts");
      const { knownHostsLine } = await import("../../git/ssh/known-hosts.ts");
      const { fingerprintOf } = await import("../../ssh-keys/parse-public-key.ts");
      const { dataDir, ssh } = readConfig(processEnvironment(), SSH_BY_DEFAULT);
      if (ssh === undefined) throw new RefusedError("Git over SSH is off: KEYSIDE_SSH_PORT or KEYSIDE_GIT says so");
      const keys = readHostKeys(dataDir).map((key) => ({ type: key.type, blob: key.getPublicSSH() }));
      const rows = keys.map((key) => ({
        type: key.type,
        fingerprint: fingerprintOf(key.blob),
        known_hosts: knownHostsLine(ssh.address, key),
      }));
      if (json === true) return show(context, rows, { json, columns: [] });
      for (const { type, fingerprint, known_hosts: line } of rows) {
        context.output.line(`# ${type} ${fingerprint}`);
        context.output.line(line);
      }
    });
}
