/** `keyside up`: runs the service and a real registry next to it until it is asked to stop. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Config, processEnvironment } from "../config.ts";
import { systemIds } from "../ids.ts";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../links.ts";
import { type NoRegistry, type RunningRegistry, startLocalRegistry } from "../local-registry/start-local-registry.ts";
import type { NotificationTarget } from "../registry-config/render-registry-config.ts";
import { start } from "../server/start.ts";
import type { Output } from "./output.ts";
import { printIntroduction } from "./print-introduction.ts";
import { RefusedError } from "./refused-error.ts";
import { withSshByDefault } from "./ssh-by-default.ts";
import { stopSignal } from "./stop-signal.ts";

/**
 * Runs everything until Ctrl-C or SIGTERM, then stops it cleanly.
 *
 * @throws ConfigurationError when something cannot start as configured, or the service cannot go on
 * @throws RefusedError when the registry ends by itself
 */
export async function up(given: Config, output: Output): Promise<void> {
  const config = withNotificationSecret(await withSshByDefault(given, output));
  const stopping = stopSignal();
  const abort = new AbortController();
  void stopping.then(() => abort.abort());
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(config.dataDir, "keyside.log");

  output.line("Starting Keyside ...");
  const service = await start(config, logFile);
  try {
    const registry = await startRegistry(config, output, abort.signal);
    if (registry === undefined) return;
    try {
      await printIntroduction(config, registry, output, logFile);
      const ended = Promise.race([stopping, service.broken]);
      if (registry.kind === "none") await ended;
      else await waitForStop(ended, registry, output);
    } finally {
      if (registry.kind !== "none") await registry.stop();
    }
  } finally {
    await service.stop();
    output.line("Stopped.");
  }
}

/** Starts the registry; undefined when the user asked to stop while it was being started. */
async function startRegistry(
  config: NotifiedConfig,
  output: Output,
  signal: AbortSignal,
): Promise<RunningRegistry | NoRegistry | undefined> {
  const { hostname, port } = new URL(config.registry.url);
  try {
    return await startLocalRegistry({
      dataDir: config.dataDir,
      host: hostname === "localhost" ? "127.0.0.1" : hostname,
      port: Number(port || 80),
      realm: config.url + REALM_PATH,
      service: config.registry.service,
      issuer: config.registry.issuer,
      rootCertBundle: join(config.certsDir, "ca.crt"),
      notifications: notificationTarget(config),
      environment: processEnvironment(),
      report: (line) => output.line(line),
      signal,
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** A configuration whose registry sends notifications to Keyside. */
type NotifiedConfig = Config & { readonly registry: { readonly notificationSecret: string } };

/** Makes a notification secret where none is configured: the registry is started with it, so it may differ each time. */
function withNotificationSecret(config: Config): NotifiedConfig {
  const notificationSecret = config.registry.notificationSecret ?? systemIds.hex(32);
  return { ...config, registry: { ...config.registry, notificationSecret } };
}

function notificationTarget({ port, registry }: NotifiedConfig): NotificationTarget {
  return { url: `http://127.0.0.1:${port}${NOTIFICATIONS_PATH}`, secret: registry.notificationSecret };
}

/**
 * Waits until the user asks to stop.
 *
 * @throws RefusedError when the registry ends first
 */
async function waitForStop(stopping: Promise<unknown>, registry: RunningRegistry, output: Output): Promise<void> {
  const ended = registry.exited.then(({ reason }) => reason);
  const reason = await Promise.race([stopping.then(() => undefined), ended]);
  if (reason !== undefined) throw new RefusedError(`the registry ended: ${reason}`);
  output.line("");
  output.line("Stopping ...");
}
