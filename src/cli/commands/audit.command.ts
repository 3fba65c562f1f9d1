/** `keyside audit`: what can be said of the audit log's files. */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { RefusedError } from "../refused-error.ts";

/** Adds the commands about the audit log. */
export function addAuditCommands(program: Command, context: CliContext): void {
  program
    .command("audit")
    .description("examine the audit log (on the server's own machine, or with its audit.key in KEYSIDE_CERTS_DIR)")
    .command("verify")
    .argument("<file...>", "files of one chain, in any order; .gz too")
    .description("tell whether each line is as it was written, and name the first that was changed, removed or added")
    .action(async (files: readonly string[]) => {
      const { readAuditKey } = await import("../../audit/audit-key.ts");
      const { readChainState } = await import("../../audit/chain-state.ts");
      const { verifyFiles } = await import("../../audit/verify-files.ts");
      const { certsDir, auditStateFile } = context.config();
      // Before the files: lines that are written meanwhile are not missing.
      const end = readChainState(auditStateFile);
      const { fault, lines, first, last, notes } = await verifyFiles(files, readAuditKey(certsDir), end);
      for (const note of notes) context.output.complain(`keyside: ${note}`);
      const span =
        first === undefined || last === undefined
          ? ""
          : `, seq ${first.seq} to ${last.seq}, from ${first.time} to ${last.time}`;
      if (fault === undefined) context.output.line(`${lines} lines hold${span}`);
      else if (lines > 0) context.output.complain(`keyside: before that, ${lines} lines hold${span}`);
      if (fault !== undefined) throw new RefusedError(`${fault.file} line ${fault.line} ${fault.problem}`);
    });
}
