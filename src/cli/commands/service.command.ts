/**
 * `keyside up`, `serve`, `operator-token` and `certs`: what runs on the server's own machine. Each loads the service when it runs, so that
 * no other command waits for the database, the web framework and the rest.
 */
import type { Command } from "commander";
import type { RunningService } from "../../server/start-service.ts";
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
      const { start } = await import("../../server/start.ts");
      const config = context.config();
      let reopenAuditLog: RunningService["reopenAuditLog"];
      // As logrotate asks for it, perhaps while the service starts. What goes wrong then stands in the log.
      if (config.audit !== undefined) process.on("SIGHUP", () => void reopenAuditLog?.().catch(() => undefined));
      const service = await start(config);
      reopenAuditLog = service.reopenAuditLog;
      try {
        await Promise.race([stopping, service.broken]);
      } finally {
        await service.stop();
      }
    });

  program
    .command("operator-token")
    .description("make the operator's token anew in this data directory; one in the directory of another server ends")
    .action(async () => {
      const { systemClock } = await import("../../clock.ts");
      const { systemIds } = await import("../../ids.ts");
      const { createContainer } = await import("../../server/container.ts");
      const { openAuditWriter } = await import("../../server/open-audit-log.ts");
      const { takeOperatorToken } = await import("../../server/operator-token.ts");
      const { pino } = await import("pino");
      const given = context.config();
      const log = pino({ level: "silent" });
      const auditSink = await openAuditWriter(given, systemClock, log).catch((error: unknown) => {
        // A service that runs has it. What is done here stands among the events.
        context.output.complain(`keyside: warning: ${error instanceof Error ? error.message : error}`);
        return undefined;
      });
      const config = auditSink === undefined ? { ...given, audit: undefined } : given;
      const container = await createContainer({ config, clock: systemClock, ids: systemIds, log, auditSink });
      try {
        await takeOperatorToken(container);
      } finally {
        await container.close();
      }
      context.output.line(`The operator's token is in ${config.operatorTokenFile}`);
    });

  program
    .command("certs")
    .description("make the CA, the first leaf key and the key of the lockout, where there are none")
    .option("--rotate", "replace the leaf key; running services follow within a minute, registries need nothing")
    .action(async ({ rotate }: { rotate?: boolean }) => {
      const { systemClock } = await import("../../clock.ts");
      const { openAuditKey } = await import("../../audit/audit-key.ts");
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
      if (config.audit !== undefined) openAuditKey(config.certsDir);
      if (rotate === true) await keys.rotate();
      context.output.line(`CA     ${config.certsDir}/ca.crt, valid until ${keys.caNotAfter.toISOString()}`);
      context.output.line(`leaf   ${keys.current().keyId}, valid until ${keys.current().notAfter.toISOString()}`);
    });
}
