/** Finds and ends the registry of an earlier run that was killed, which still holds the port and the images. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { UnavailableError } from "../errors.ts";
import { STOP_PATIENCE_MS } from "./registry-plan.ts";

/** How often to look whether a process is still there. */
const POLL_INTERVAL_MS = 50;

/**
 * Ends a registry that outlived a killed Keyside, known by the configuration file in its command line. The caller holds
 * the data directory, so no living Keyside owns it.
 *
 * @returns the ids of the processes that were ended; always none where there is no /proc
 * @throws UnavailableError when one does not end
 */
export async function endLeftOverRegistry(configuration: string): Promise<number[]> {
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

/** Whether this process is a registry that was started with that configuration file. */
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
