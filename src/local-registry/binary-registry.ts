/** The registry as a program on this machine: found on the PATH, proven to be distribution, run on the host itself. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { UnavailableError } from "../errors.ts";
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

/** How often it is looked whether a process is still there. */
const POLL_INTERVAL_MS = 50;

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

/**
 * Ends a registry that outlived a killed Keyside, known by the configuration file in its command line. The caller holds
 * the data directory, so no living Keyside owns it.
 *
 * @returns the ids of the processes that were ended; always none where there is no /proc
 * @throws UnavailableError when one does not end
 */
export async function endLeftOverBinary(configuration: string): Promise<number[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const serving = await Promise.all(ids.map((pid) => serves(pid, configuration)));
  const leftOver = ids.filter((_, index) => serving[index]);
  for (const pid of leftOver) {
    signal(pid, "SIGTERM");
    if (await goneWithin(pid, configuration, STOP_PATIENCE_MS)) continue;
    signal(pid, "SIGKILL");
    if (await goneWithin(pid, configuration, STOP_PATIENCE_MS)) continue;
    throw new UnavailableError(`the registry of an earlier run, process ${pid}, does not end; end it and start again`);
  }
  return leftOver;
}

async function serves(pid: number, configuration: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const [, verb, file] = commandLine.split("\0");
  return verb === "serve" && file === configuration;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, or not ours to end: the caller looks whether it is still there.
  }
}

async function goneWithin(pid: number, configuration: string, patienceMs: number): Promise<boolean> {
  const untilMs = performance.now() + patienceMs;
  while (await serves(pid, configuration)) {
    if (performance.now() > untilMs) return false;
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}

/** Distribution takes every `REGISTRY_*` variable for a setting of its own, and Keyside's are named so: hand on none. */
function registryEnvironment(environment: Environment): Environment {
  const { PATH, HOME } = environment;
  return { PATH, HOME, OTEL_TRACES_EXPORTER: "none" };
}
