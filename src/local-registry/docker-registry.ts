/** The registry as a container of the local Docker engine, run through the docker command. */
import { createHash } from "node:crypto";
import {
  addressOf,
  type PassedOver,
  type RegistryPlan,
  type RegistryRequest,
  STOP_PATIENCE_MS,
} from "./registry-plan.ts";
import { endProcess } from "./registry-process.ts";
import { type CommandResult, type Environment, findOnPath, lastLine, runCommand } from "./run-command.ts";

const ENGINE_LIMIT_MS = 10_000;
const PULL_LIMIT_MS = 120_000;

/** Where the container sees what it is given. */
const CONTAINER_PATHS = {
  configuration: "/keyside/config.yml",
  images: "/keyside/images",
  rootCertBundle: "/keyside/root.crt",
} as const;

/** The engine that the docker command reaches. `sharesOurHost`: its host network is ours, and so are its user ids. */
export interface DockerEngine {
  readonly version: string;
  readonly sharesOurHost: boolean;
}

/** The engine, if one answers and runs on this machine: one elsewhere could not serve our localhost, nor see our files. */
export async function findLocalEngine(environment: Environment): Promise<DockerEngine | PassedOver> {
  const docker = (...args: string[]) => runCommand("docker", args, { environment, timeoutMs: ENGINE_LIMIT_MS });

  if ((await findOnPath("docker", environment)).length === 0) return { passedOver: "no docker command on the PATH" };
  const context = await docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}");
  if (!context.ok) return { passedOver: `the docker command fails: ${lastLine(context.output)}` };
  const endpoint = context.stdout.trim();
  if (!isLocalEndpoint(endpoint)) {
    return {
      passedOver: `the Docker engine at ${endpoint} is on another machine, so it cannot serve this one's localhost`,
    };
  }
  const format = "{{json .ServerVersion}}\n{{json .OperatingSystem}}\n{{json .SecurityOptions}}";
  const info = await docker("info", "--format", format);
  const [version, system, security] = info.stdout.split("\n");
  if (!info.ok || !version || version === '""') {
    return { passedOver: `no Docker engine answers at ${endpoint}: ${lastLine(info.output)}` };
  }
  const isolated = /Docker Desktop/.test(system ?? "") || /name=(?:rootless|userns)/.test(security ?? "");
  return { version: version.replaceAll('"', ""), sharesOurHost: process.platform === "linux" && !isolated };
}

function isLocalEndpoint(endpoint: string): boolean {
  if (/^(?:unix|npipe):/.test(endpoint)) return true;
  return URL.canParse(endpoint) && /^tcp:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?::|\/|$)/.test(endpoint);
}

/** Takes the image where the engine has it or can pull it. */
export async function findDockerRegistry(
  request: RegistryRequest,
  engine: DockerEngine,
): Promise<RegistryPlan | PassedOver> {
  const { image, environment, report } = request;
  const present = await runCommand("docker", ["image", "inspect", image], { environment, timeoutMs: ENGINE_LIMIT_MS });
  if (!present.ok) {
    report(`Pulling the image ${image} ...`);
    const pull = await runCommand("docker", ["pull", "--quiet", image], { environment, timeoutMs: PULL_LIMIT_MS });
    if (!pull.ok) return { passedOver: `Docker ${engine.version} cannot pull ${image}: ${lastLine(pull.output)}` };
  }
  const name = containerName(request.layout.dataDir);
  await removeContainer(name, environment);
  return {
    reason: `the ${image} image, in the container ${name} of Docker ${engine.version}`,
    command: ["docker", ...runArguments(request, engine, name)],
    environment,
    seenFromWithin: {
      address: engine.sharesOurHost ? addressOf(request) : `:${request.port}`,
      storageDirectory: CONTAINER_PATHS.images,
      rootCertBundle: CONTAINER_PATHS.rootCertBundle,
      notifications: engine.sharesOurHost ? request.trust.notifications : throughHostGateway(request.trust),
    },
    end: async (process) => {
      const stopSeconds = String(STOP_PATIENCE_MS / 1000);
      await runCommand("docker", ["stop", "--time", stopSeconds, name], {
        environment,
        timeoutMs: 2 * STOP_PATIENCE_MS,
      });
      await endProcess(process, STOP_PATIENCE_MS);
      await removeContainer(name, environment);
    },
  };
}

/** Attached, so that the log and the end of the container are those of the docker command that we watch. */
function runArguments(request: RegistryRequest, engine: DockerEngine, name: string): string[] {
  const { layout, trust, host, port, image } = request;
  const bind = (source: string, target: string, ...flags: string[]) => [
    "--mount",
    // CSV, as Docker reads it: quotes keep a comma in a path from ending the field.
    [`type=bind`, `"source=${source.replaceAll('"', '""')}"`, `target=${target}`, ...flags].join(","),
  ];
  const shared = ["--network", "host", ...asOurselves()];
  const apart = [
    "--publish",
    `${addressOf({ host, port })}:${port}`,
    "--add-host",
    "host.docker.internal:host-gateway",
  ];
  return [
    ...["run", "--rm", "--pull", "never", "--name", name, "--label", `keyside.data-directory=${layout.dataDir}`],
    ...(engine.sharesOurHost ? shared : apart),
    // The bind mounts are files of the user's, which SELinux would keep from a confined container.
    ...["--security-opt", "label=disable", "--env", "OTEL_TRACES_EXPORTER=none"],
    ...bind(layout.images, CONTAINER_PATHS.images),
    ...bind(layout.configuration, CONTAINER_PATHS.configuration, "readonly"),
    ...bind(trust.rootCertBundle, CONTAINER_PATHS.rootCertBundle, "readonly"),
    ...[image, CONTAINER_PATHS.configuration],
  ];
}

/** Images must belong to the user who runs Keyside, whichever kind of registry comes next. */
function asOurselves(): string[] {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? [] : ["--user", `${uid}:${gid}`];
}

/** Keyside on our loopback, as a container with a network of its own reaches it. */
function throughHostGateway({ notifications }: RegistryRequest["trust"]): typeof notifications {
  if (notifications === undefined) return undefined;
  const url = new URL(notifications.url);
  if (["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) url.hostname = "host.docker.internal";
  return { ...notifications, url: url.href };
}

/** The container of a data directory: the same at every start, so that a left-over one is found. */
export function containerName(dataDir: string): string {
  return `keyside-registry-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
}

/** Removes a container, running or not; that there is none is no failure. */
export function removeContainer(name: string, environment: Environment): Promise<CommandResult> {
  return runCommand("docker", ["rm", "--force", "--volumes", name], { environment, timeoutMs: 2 * STOP_PATIENCE_MS });
}
