/** The registry as a program on this machine: found on the PATH, proven to be distribution, run on the host itself. */
import {
  addressOf,
  type PassedOver,
  type RegistryPlan,
  type RegistryRequest,
  STOP_PATIENCE_MS,
} from "./registry-plan.ts";
import { endProcess } from "./registry-process.ts";
import { type Environment, findOnPath, runCommand } from "./run-command.ts";

/** Debian's name for distribution's registry, then its own. */
const NAMES = ["docker-registry", "registry"];

/** What `--version` prints: `registry github.com/docker/distribution v2.8.3`, or of 3.x `.../distribution/v3 v3.0.0`. */
const VERSION = /\bgithub\.com\/(?:docker|distribution)\/distribution(?:\/v\d+)? v?(\d\S*)/;

/** How long a program may take to print its version. */
const VERSION_LIMIT_MS = 5_000;

/** Takes the first `docker-registry` or `registry` on the PATH that says it is distribution. */
export async function findBinaryRegistry(request: RegistryRequest): Promise<RegistryPlan | PassedOver> {
  const strangers: string[] = [];
  for (const name of NAMES) {
    for (const file of await findOnPath(name, request.environment)) {
      const version = await distributionVersion(file, request.environment);
      if (version !== undefined) return planBinaryRegistry(file, `${file} (distribution ${version})`, request);
      strangers.push(file);
    }
  }
  const others = strangers.length === 0 ? "" : ` (${strangers.join(", ")} is another program)`;
  return { passedOver: `no ${NAMES.join(" or ")} of distribution on the PATH${others}` };
}

/** How to run a binary that is known to be distribution's. */
export function planBinaryRegistry(file: string, reason: string, request: RegistryRequest): RegistryPlan {
  const { layout, trust, environment } = request;
  return {
    reason,
    command: [file, "serve", layout.configuration],
    environment: registryEnvironment(environment),
    seenFromWithin: {
      address: addressOf(request),
      storageDirectory: layout.images,
      rootCertBundle: trust.rootCertBundle,
      notifications: trust.notifications,
    },
    end: (process) => endProcess(process, STOP_PATIENCE_MS),
  };
}

/** The version of distribution that this file is, or `undefined` for any other program. */
export async function distributionVersion(file: string, environment: Environment): Promise<string | undefined> {
  const { stdout } = await runCommand(file, ["--version"], {
    environment: registryEnvironment(environment),
    timeoutMs: VERSION_LIMIT_MS,
  });
  return VERSION.exec(stdout)?.[1];
}

/** Distribution takes every `REGISTRY_*` variable for a setting of its own, and Keyside's are named so: hand on none. */
function registryEnvironment(environment: Environment): Environment {
  const { PATH, HOME } = environment;
  return { PATH, HOME, OTEL_TRACES_EXPORTER: "none" };
}
