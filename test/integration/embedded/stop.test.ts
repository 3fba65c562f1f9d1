import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { KEYSIDE } from "../../support/keyside-command.ts";
import { type RunningCommand, startCommand } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** More than a service checks within the time that it gives to a stop. */
const GUESSES = 480;

interface Instance {
  readonly url: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A directory for one instance with the embedded database, and the environment to run it in. */
async function createInstance(): Promise<Instance> {
  const directory = await scratchDirectory();
  const port = String(await freePort());
  const environment = {
    PATH: process.env["PATH"],
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    KEYSIDE_PORT: port,
    KEYSIDE_ROOT_PASSWORD: "correct horse battery staple",
    KEYSIDE_TRUSTED_PROXIES: "127.0.0.1",
  };
  return { url: `http://127.0.0.1:${port}`, environment };
}

async function serve({ environment }: Instance): Promise<RunningCommand> {
  const running = startCommand([...KEYSIDE, "serve"], environment);
  await running.printed(/"database":"embedded","msg":"listening"/);
  return running;
}

/** Asks for a token with a password, as a client of another network each time; undefined when no answer came. */
async function guess({ url }: Instance, password: string, client: number): Promise<number | undefined> {
  const headers = {
    authorization: `Basic ${Buffer.from(`root:${password}`).toString("base64")}`,
    "x-forwarded-for": `10.${client >> 8}.${client & 255}.1`,
  };
  const answer = await fetch(`${url}/jwt/auth?service=container_registry`, { headers }).catch(() => undefined);
  return answer?.status;
}

/** Three processes start here, on a machine that may be busy. */
const PATIENCE_MS = 240_000;

describe("a service with the embedded database that is stopped", () => {
  it(
    "while hundreds of passwords wait to be checked leaves the database to the next process for good",
    async () => {
      const instance = await createInstance();
      const first = await serve(instance);
      const guesses = Array.from({ length: GUESSES }, (_, index) => guess(instance, `wrong ${index}`, index));
      await first.printed(/"path":"\/jwt\/auth","status":401/);
      first.signal("SIGTERM");
      await first.printed(/"msg":"stopped"/);

      // The next one takes the directory at once; whatever the first still did would be done to the same files.
      const second = await serve(instance);
      expect(await first.ended).toBe(0);
      expect(first.output.slice(first.output.indexOf('"msg":"stopped"'))).toBe('"msg":"stopped"}\n');
      const statuses = await Promise.all(guesses);
      expect(new Set(statuses.filter((status) => status !== undefined))).toEqual(new Set([401, 503]));

      expect(await guess(instance, "correct horse battery staple", GUESSES)).toBe(200);
      second.signal("SIGTERM");
      expect(await second.ended).toBe(0);
      await serve(instance);
      expect(await guess(instance, "correct horse battery staple", GUESSES)).toBe(200);
    },
    PATIENCE_MS,
  );
});
