/**
 * `keyside up`, `serve`, `certs` and `demo`: what runs on the server's own machine. The service itself is loaded by the
 * commands that run it: the others need not wait for the database and the rest.
 */
import type { Command } from "commander";
import { systemClock } from "../../clock.ts";
import { type CliContext, clientOf } from "../context.ts";
import { createDemoToken, pasteLines } from "../demo-project.ts";
import { stopSignal } from "../stop-signal.ts";

/** The image that whoever runs the compose stack has. */
const REGISTRY_IMAGE = "registry:2";

/** Adds the commands that run the service. */
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
      const stopping = stopSignal();
      const { startService } = await import("../../server/start-service.ts");
      const service = await startService(context.config());
      await stopping;
      await service.stop();
    });

  program
    .command("certs")
    .description("make the CA and the first leaf key, where there are none")
    .option("--rotate", "replace the leaf key; running services follow within a minute, registries need nothing")
    .action(async ({ rotate }: { rotate?: boolean }) => {
      const config = context.config();
      const { openSigningKeys } = await import("../../signing/signing-keys.ts");
      const keys = await openSigningKeys({
        directory: config.certsDir,
        algorithm: config.registry.signingAlgorithm,
        clock: systemClock,
      });
      if (rotate === true) await keys.rotate();
      context.output.line(`CA     ${config.certsDir}/ca.crt, valid until ${keys.caNotAfter.toISOString()}`);
      context.output.line(`leaf   ${keys.current().keyId}, valid until ${keys.current().notAfter.toISOString()}`);
    });

  program
    .command("demo")
    .description("make the demo project and a fresh token, and print the docker lines to paste")
    .action(async () => {
      const config = context.config();
      const secret = await createDemoToken(await clientOf(context));
      const registry = new URL(config.registry.url).host;
      for (const line of pasteLines({ registry, secret, image: REGISTRY_IMAGE })) context.output.line(line);
    });
}
