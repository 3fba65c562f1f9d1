/** How long `npm start` takes until the first token is given out, when it has run before. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "../test/support/free-port.ts";
import type { Row } from "./report.ts";
import { answers, directoriesIn, type Environment } from "./service.ts";
import type { Setting } from "./setting.ts";
import { median } from "./statistics.ts";

const WARM_STARTS = 3;

/** The row's name; its time is in milliseconds, as all times. */
export const START = "npm start, warm, to the first token";

/** Starts it once to make all that a first start makes, then some times more; answers the median of those. */
export async function measureStart({ directory, say }: Setting): Promise<Row[]> {
  say("npm start");
  const [port, registryPort] = [await freePort(), await freePort()];
  const environment = {
    ...directoriesIn(directory, "start"),
    KEYSIDE_PORT: String(port),
    KEYSIDE_URL: `http://127.0.0.1:${port}`,
    REGISTRY_URL: `http://127.0.0.1:${registryPort}`,
  };
  const times = [];
  for (let start = 0; start <= WARM_STARTS; start += 1) times.push(await startOnce(environment));
  return [{ name: START, p50Ms: median(times.slice(1)) }];
}

async function startOnce(environment: Environment): Promise<number> {
  const begin = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, ...environment },
    stdio: "ignore",
    // A group of its own, as a shell gives it: Ctrl-C reaches all of it.
    detached: true,
  });
  const exit = once(child, "exit");
  await answers(`${environment["KEYSIDE_URL"]}/jwt/auth?service=container_registry`, child);
  const took = performance.now() - begin;
  process.kill(-(child.pid ?? 0), "SIGINT");
  await exit;
  return took;
}
