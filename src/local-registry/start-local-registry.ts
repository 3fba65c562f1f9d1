/**
 * The registry next to Keyside: chooses one that this machine can run, starts it, and says which and why. How each kind
 * is found and run is in the files named after it.
 */
import { randomBytes } from "node:crypto";
import { mkdir, realpath, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { ConfigurationError, UnavailableError } from "../errors.ts";
import { type RegistryTrust, renderRegistryConfig } from "../registry-config/render-registry-config.ts";
import { findBinaryRegistry } from "./binary-registry.ts";
import { findDebianPackage } from "./debian-package.ts";
import { findLocalEngine } from "./docker-engine.ts";
import { containerName, findDockerRegistry, removeContainer } from "./docker-registry.ts";
import { endLeftOverRegistry } from "./end-left-over-registry.ts";
import { registryLayout } from "./layout.ts";
import { addressOf, type PassedOver, type RegistryPlan, type RegistryRequest } from "./registry-plan.ts";
import { type RegistryExit, startRegistryProcess, waitUntilReady } from "./registry-process.ts";
import type { Environment } from "./run-command.ts";

const READY_DEADLINE_MS = 20_000;

/** The kinds of registry, in the order in which they are tried. */
export const REGISTRY_KINDS = ["docker", "binary", "debian-package"] as const;
export type RegistryKind = (typeof REGISTRY_KINDS)[number];

export interface LocalRegistryOptions extends RegistryTrust {
  /** Keyside's data directory, which the caller holds for itself alone; made when it is not there. */
  readonly dataDir: string;
  /** The loopback name or address, and the port, to listen on. */
  readonly host: string;
  readonly port: number;
  /** The process's environment: PATH, and what docker and apt-get read. */
  readonly environment: Environment;
  /** Called, before a step that takes long, with a line that tells a person about it. */
  readonly report: (line: string) => void;
  /** Tries only these kinds, in the usual order; all of them by default. */
  readonly choose?: readonly RegistryKind[];
  /** The image for the Docker engine; `registry:2` when not given. */
  readonly image?: string;
  /** The system's when not given. */
  readonly clock?: Clock;
  /** Aborts the start between two steps; what was started by then is ended. */
  readonly signal?: AbortSignal;
}

/** A registry that runs. `reason` says which one it is and why the ones before it were passed over. */
export interface RunningRegistry {
  readonly kind: RegistryKind;
  readonly reason: string;
  /** `host:port` that it listens on. */
  readonly address: string;
  /** Resolves when it has ended, wanted or not. */
  readonly exited: Promise<RegistryExit>;
  /** Ends it and waits until it has ended; may be called again. */
  stop(): Promise<void>;
}

/** No registry can run here: `reason` says why, `advice` (one paragraph) how to connect one. */
export interface NoRegistry {
  readonly kind: "none";
  readonly reason: string;
  readonly advice: string;
}

/**
 * Starts the first registry that can be had: the image where a Docker engine answers, a binary on the PATH, Debian's
 * package. It is ready when this resolves, and holds the images of earlier starts on this data directory.
 *
 * A caller that is asked to stop meanwhile waits for this, or aborts it by `signal`.
 *
 * @throws ConfigurationError when the port is in use or cannot be listened on, before anything is started
 * @throws UnavailableError with the end of the registry's log, when those that could be had all failed to run
 */
export async function startLocalRegistry(options: LocalRegistryOptions): Promise<RunningRegistry | NoRegistry> {
  const request = await prepare(options);
  const { environment, layout } = request;
  const kinds = REGISTRY_KINDS.filter((kind) => options.choose?.includes(kind) ?? true);
  const engine = kinds.includes("docker")
    ? await findLocalEngine(environment)
    : { passedOver: "Docker is not among the kinds to try" };

  for (const pid of await endLeftOverRegistry(layout.configuration)) {
    request.report(`Ended the registry that an earlier run left behind (process ${pid}).`);
  }
  if (!("passedOver" in engine)) await removeContainer(containerName(layout.dataDir), environment);
  await checkPort(request);

  const find: Record<RegistryKind, () => Promise<RegistryPlan | PassedOver>> = {
    docker: async () => ("passedOver" in engine ? engine : findDockerRegistry(request, engine)),
    binary: () => findBinaryRegistry(request),
    "debian-package": () => findDebianPackage(request),
  };
  const passedOver: string[] = [];
  let failure: UnavailableError | undefined;
  for (const kind of kinds) {
    options.signal?.throwIfAborted();
    const found = await find[kind]();
    if ("passedOver" in found) {
      passedOver.push(found.passedOver);
      continue;
    }
    try {
      const running = await bringUp(found, request);
      if (options.signal?.aborted) await running.stop();
      options.signal?.throwIfAborted();
      return { ...running, kind, reason: withPassedOver(found.reason, passedOver) };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      failure = error;
      passedOver.push(`${found.reason}: ${error.message.split("\n", 1)[0]}`);
    }
  }
  if (failure !== undefined) throw failure;
  return { kind: "none", reason: passedOver.join("; "), advice: adviceFor(options) };
}

function withPassedOver(reason: string, passedOver: readonly string[]): string {
  return passedOver.length === 0 ? reason : `${reason}; passed over: ${passedOver.join("; ")}`;
}

async function prepare(options: LocalRegistryOptions): Promise<RegistryRequest> {
  const { dataDir, host, port, environment, report } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const layout = registryLayout(await realpath(dataDir));
  await mkdir(layout.images, { recursive: true });
  const trust = { ...options, rootCertBundle: resolve(options.rootCertBundle) };
  const { image = "registry:2", clock = systemClock } = options;
  return { layout, host, port, trust, image, clock, environment, report };
}

async function checkPort({ host, port }: RegistryRequest): Promise<void> {
  const listening = Promise.withResolvers<void>();
  const server = createServer();
  server.once("error", listening.reject);
  server.listen({ host, port, exclusive: true }, listening.resolve);
  try {
    await listening.promise;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? `port ${port} on ${host} is in use by another program` : message;
    throw new ConfigurationError(
      `REGISTRY_URL: the registry cannot listen on ${addressOf({ host, port })}: ${why}; stop that program, or give ` +
        `REGISTRY_URL another port, as in REGISTRY_URL=http://localhost:${port === 5000 ? 5001 : 5000}`,
      { cause: error },
    );
  }
  await new Promise((closed) => server.close(closed));
}

async function bringUp(
  plan: RegistryPlan,
  { layout, host, port, trust }: RegistryRequest,
): Promise<Omit<RunningRegistry, "kind" | "reason">> {
  const { notifications, ...within } = plan.seenFromWithin;
  const { realm, service, issuer } = trust;
  const httpSecret = randomBytes(32).toString("base64url");
  const settings = { realm, service, issuer, httpSecret, ...within, ...(notifications && { notifications }) };
  await writeFile(layout.configuration, renderRegistryConfig(settings), { mode: 0o600 });

  const registry = await startRegistryProcess(plan.command, { environment: plan.environment, logFile: layout.log });
  const address = addressOf({ host, port });
  try {
    await waitUntilReady(registry, { address, realm }, { deadlineMs: READY_DEADLINE_MS, logFile: layout.log });
  } catch (error) {
    await plan.end(registry);
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= plan.end(registry);
    return stopped;
  };
  return { address, exited: registry.exited, stop };
}

function adviceFor({ realm, service, issuer, rootCertBundle }: LocalRegistryOptions): string {
  return (
    "Keyside runs without a registry next to it. To connect one, yours or a new one (the registry:2 image, or Debian's " +
    "docker-registry package), let the auth.token section of its config.yml say " +
    `realm: ${realm}, service: ${service}, issuer: ${issuer}, and rootcertbundle: the path of its copy of ` +
    `${rootCertBundle}; restart it, and start Keyside with REGISTRY_URL set to its address.`
  );
}
