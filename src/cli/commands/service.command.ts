/**
 * `keyside up`, `serve` and `certs`: what runs on the server's own machine. Each loads the service when it runs, so that
 * no other command waits for the database, the web framework and the rest.
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

/** Adds the commands that run the service, or make its keys. */
export function addServiceCommands(program: Command, context: CliContext): void {
  program
    .command("up")
    .description("run Keyside, its embedded database and a real registry side by side, with a demo project")
    .action(async () => {
      const { up } = await import("../up.ts");
      await up(context.config(), context.output);
    });

  program
    .command("serve")
    .description("run the service alone")
    .action(async () => {
      const { stopSignal } = await import("../stop-signal.ts");
      const stopping = stopSignal();
      const { startService } = await import("../../server/start-service.ts");
      const service = await startService(context.config());
      await stopping;
      await service.stop();
    });

  program
    .command("certs")
    .description("make the CA, the first leaf key and the key of the lockout, where there are none")
    .option("--rotate", "replace the leaf key; running services follow within a minute, registries need nothing")
    .action(async ({ rotate }: { rotate?: boolean }) => {
      const { systemClock } = await import("../../clock.ts");
      const { openLockoutKey } = await import("../../authentication/lockout-key.ts");
      const { openSigningKeys } = await import("../../signing/signing-keys.ts");
      const config = context.config();
      const keys = await openSigningKeys({
        directory: config.certsDir,
        algorithm: config.registry.signingAlgorithm,
        clock: systemClock,
      });
      openLockoutKey(config.certsDir, (reason) => {
        throw reason;
      });
      if (rotate === true) await keys.rotate();
      context.output.line(`CA     ${config.certsDir}/ca.crt, valid until ${keys.caNotAfter.toISOString()}`);
      context.output.line(`leaf   ${keys.current().keyId}, valid until ${keys.current().notAfter.toISOString()}`);
    });
}
