/** The command `keyside`: exit code 0 on success, 1 when refused, 2 for wrong usage; errors are one sentence on stderr. */
import { Command, CommanderError } from "commander";
import { type Config, readConfig } from "../config.ts";
import { KeysideError } from "../errors.ts";
import { addAuditCommands } from "./commands/audit.command.ts";
import { addDemoCommand } from "./commands/demo.command.ts";
import { addDoctorCommand } from "./commands/doctor.command.ts";
import { addExplainCommand } from "./commands/explain.command.ts";
import { addFeatureCommands } from "./commands/feature.command.ts";
import { addGroupCommands } from "./commands/group.command.ts";
import { addMemberCommands } from "./commands/member.command.ts";
import { addPathCommands } from "./commands/path.command.ts";
import { addProjectCommands } from "./commands/project.command.ts";
import { addRefreshTokenCommands } from "./commands/refresh-token.command.ts";
import { addRegistryConfigCommand } from "./commands/registry-config.command.ts";
import { addServiceCommands } from "./commands/service.command.ts";
import { addSshCommands } from "./commands/ssh.command.ts";
import { addTokenCommands } from "./commands/token.command.ts";
import { addUserCommands } from "./commands/user.command.ts";
import type { CliContext } from "./context.ts";
import { type Output, processOutput } from "./output.ts";
import { RefusedError } from "./refused-error.ts";

const REFUSED = 1;
const WRONG_USAGE = 2;

/** Runs one command line, given without the program's name, and returns the exit code. */
export async function main(argv: readonly string[], output: Output = processOutput): Promise<number> {
  const program = createProgram({ config: memoized(() => readConfig()), output });
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof KeysideError || error instanceof RefusedError) {
      output.complain(`keyside: ${error.message}`);
      return REFUSED;
    }
    throw error;
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command("keyside")
    .description("Project access tokens for any Docker registry.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.line(text.trimEnd()),
      writeErr: (text) => context.output.complain(`keyside: ${text.trimEnd().replace(/^error: /, "")}`),
    })
    .showHelpAfterError("(see `keyside help`)")
    .addHelpText(
      "after",
      "\nCommands other than up, serve, operator-token, certs, registry-config, audit and ssh host-keys talk to the service: at\n" +
        "KEYSIDE_URL with KEYSIDE_TOKEN, or, on the server's own machine, with the operator's token and by the socket in KEYSIDE_DATA_DIR.",
    );
  addServiceCommands(program, context);
  addDemoCommand(program, context);
  addRegistryConfigCommand(program, context);
  addDoctorCommand(program, context);
  addTokenCommands(program, context);
  addExplainCommand(program, context);
  addFeatureCommands(program, context);
  addProjectCommands(program, context);
  addGroupCommands(program, context);
  addMemberCommands(program, context);
  addUserCommands(program, context);
  addRefreshTokenCommands(program, context);
  addPathCommands(program, context);
  addAuditCommands(program, context);
  addSshCommands(program, context);
  return program;
}

function memoized(read: () => Config): () => Config {
  let config: Config | undefined;
  return () => {
    config ??= read();
    return config;
  };
}
