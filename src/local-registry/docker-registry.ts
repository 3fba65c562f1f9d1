/** The registry as a container of the local Docker engine, run through the docker command. */
import { createHash } from "node:crypto";
import { type DockerEngine, ENGINE_LIMIT_MS } from "./docker-engine.ts";
import {
  addressOf,
  type PassedOver,
  type RegistryPlan,
  type RegistryRequest,
  STOP_PATIENCE_MS,
} from "./registry-plan.ts";
import { endProcess } from "./registry-process.ts";
import { type CommandResult, type Environment, lastLine, runCommand } from "./run-command.ts";

const PULL_LIMIT_MS = 120_000;

/** Where the container sees what it is given. */
const CONTAINER_PATHS = {
  configuration: "/keyside/config.yml",
  images: "/keyside/images",
  rootCertBundle: "/keyside/root.crt",
} as const;

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
