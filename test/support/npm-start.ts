/** Keyside as a new user starts it: `npm start`, with a registry beside it. */
import { freePort } from "./free-port.ts";
import { type Environment, type RunningCommand, startCommand } from "./running-command.ts";

/** An instance that lives in a directory, on ports that nobody else has. */
export async function newInstance(
  directory: string,
): Promise<Environment & { REGISTRY_URL: string; KEYSIDE_URL: string }> {
  const port = String(await freePort());
  return {
    ...process.env,
    KEYSIDE_DATA_DIR: `${directory}/data`,
    KEYSIDE_CERTS_DIR: `${directory}/certs`,
    KEYSIDE_PORT: port,
    KEYSIDE_URL: `http://localhost:${port}`,
    KEYSIDE_SSH_PORT: String(await freePort()),
    REGISTRY_URL: `http://localhost:${await freePort()}`,
  };
}

/** Runs `npm start` until it has printed all that it has to say. */
export async function npmStart(environment: Environment): Promise<RunningCommand> {
  const running = startCommand(["npm", "start"], environment);
  await running.printed(/^Ctrl-C stops both\.$/m);
  return running;
}

/** The link that it prints first, which signs in once. */
export function signInLink(output: string): URL {
  return new URL(/^Open +(http\S+)/m.exec(output)?.[1] ?? "");
}
