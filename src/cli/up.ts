/** `keyside up`: the service and a real registry next to it, and the lines by which a new user sees them work. */
import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { destination, pino } from "pino";
import { type Config, processEnvironment } from "../config.ts";
import { systemIds } from "../ids.ts";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../links.ts";
import { type NoRegistry, type RunningRegistry, startLocalRegistry } from "../local-registry/start-local-registry.ts";
import { startService } from "../main.ts";
import type { NotificationTarget } from "../registry/render-registry-config.ts";
import { createDemoToken, pasteLines } from "./demo-project.ts";
import { openClient } from "./keyside-client.ts";
import type { Output } from "./output.ts";
import { RefusedError } from "./refused-error.ts";
import { stopSignal } from "./stop-signal.ts";

const run = promisify(execFile);

/**
 * Runs everything until Ctrl-C or SIGTERM, then stops it cleanly.
 *
 * @throws ConfigurationError when something cannot start as configured
 * @throws RefusedError when the registry ends by itself
 */
export async function up(given: Config, output: Output): Promise<void> {
  const config = withNotificationSecret(given);
  const stopping = stopSignal();
  const abort = new AbortController();
  void stopping.then(() => abort.abort());
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(config.dataDir, "keyside.log");
  const log = pino({ level: config.logLevel }, destination({ dest: logFile, mode: 0o600, sync: true }));

  output.line("Starting Keyside ...");
  const service = await startService(config, log);
  try {
    const registry = await startRegistry(config, output, abort.signal);
    if (registry === undefined) return;
    try {
      await introduce(config, registry, output, logFile);
      if (registry.kind === "none") await stopping;
      else await untilEither(stopping, registry, output);
    } finally {
      if (registry.kind !== "none") await registry.stop();
    }
  } finally {
    await service.stop();
    output.line("Stopped.");
  }
}

/** Undefined when the user asked to stop meanwhile. */
async function startRegistry(
  config: ReportedConfig,
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

/** A configuration whose registry reports to Keyside. */
type ReportedConfig = Config & { readonly registry: { readonly notificationSecret: string } };

/** A registry that is started anew may know its reports' secret anew; one that was configured stays. */
function withNotificationSecret(config: Config): ReportedConfig {
  const notificationSecret = config.registry.notificationSecret ?? systemIds.hex(32);
  return { ...config, registry: { ...config.registry, notificationSecret } };
}

function notificationTarget({ port, registry }: ReportedConfig): NotificationTarget {
  return { url: `http://127.0.0.1:${port}${NOTIFICATIONS_PATH}`, secret: registry.notificationSecret };
}

async function introduce(
  config: Config,
  registry: RunningRegistry | NoRegistry,
  output: Output,
  logFile: string,
): Promise<void> {
  const secret = await createDemoToken(openClient(config));
  const hasPasswordFile = await access(config.rootPasswordFile).then(
    () => true,
    () => false,
  );
  const address = new URL(config.registry.url).host;
  output.line("");
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
    const image = registry.kind === "docker" ? "registry:2" : await findLocalImage();
    if (image === undefined) output.line("  docker pull hello-world");
    const lines = pasteLines({ registry: address, secret, image: image ?? "hello-world" });
    for (const line of lines) output.line(`  ${line}`);
  }
  output.line("");
  output.line("Ctrl-C stops both.");
}

/** An image that the user's Docker engine already has; undefined where there is none, or no engine. */
async function findLocalImage(): Promise<string | undefined> {
  try {
    const { stdout } = await run("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    return stdout.split("\n").find((image) => image !== "" && !image.includes("<none>"));
  } catch {
    return undefined;
  }
}

async function untilEither(stopping: Promise<unknown>, registry: RunningRegistry, output: Output): Promise<void> {
  const ended = registry.exited.then(({ reason }) => reason);
  const reason = await Promise.race([stopping.then(() => undefined), ended]);
  if (reason !== undefined) throw new RefusedError(`the registry ended: ${reason}`);
  output.line("");
  output.line("Stopping ...");
}
