/** The service that is shown: a whole Keyside in a scratch directory, whose clock is set, so that the sample has a past. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { readConfig } from "../../src/config.ts";
import { systemIds } from "../../src/ids.ts";
import { chores } from "../../src/server/chores.ts";
import { createContainer } from "../../src/server/container.ts";
import { prepareInstance } from "../../src/server/first-start.ts";
import { serve } from "../../src/server/start-service.ts";
import { ApiClient } from "../../test/support/api-client.ts";
import { FakeClock } from "../../test/support/clock.ts";
import { freePort } from "../../test/support/free-port.ts";
import { StubRegistry } from "../../test/support/stub-registry.ts";

/** The password of the first administrator. */
export const ROOT_PASSWORD = "a password for screenshots";

/** What a registry reports with. */
export const NOTIFICATION_SECRET = "Bearer a-secret-for-screenshots";

/** A running service. */
export interface SampleService {
  readonly url: string;
  /** What the pages of images look at. */
  readonly registry: StubRegistry;
  /** Calls the API as the operator does. */
  readonly root: ApiClient;
  as(secret: string | undefined): ApiClient;
  /** Lets time pass, and does what the service does meanwhile. `moment`: ISO 8601. */
  passTo(moment: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it at a moment of the past. */
export async function startSampleService(directory: string, moment: string): Promise<SampleService> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const clock = new FakeClock(new Date(moment));
  const registry = await StubRegistry.start();
  const config = readConfig({
    KEYSIDE_PORT: String(port),
    KEYSIDE_URL: url,
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    KEYSIDE_ROOT_PASSWORD: ROOT_PASSWORD,
    // So that a client can say where it is.
    KEYSIDE_TRUSTED_PROXIES: "127.0.0.0/8,::1/128",
    REGISTRY_URL: "https://registry.example.com",
    REGISTRY_INTERNAL_URL: registry.url,
    REGISTRY_NOTIFICATION_SECRET: NOTIFICATION_SECRET,
  });
  const container = await createContainer({ config, clock, ids: systemIds, log: pino({ level: "silent" }) });
  await prepareInstance(container);
  const running = await serve(container, []);
  const as = (secret: string | undefined) => new ApiClient(url, secret);
  return {
    url,
    registry,
    as,
    root: as((await readFile(config.operatorTokenFile, "utf8")).trim()),
    async passTo(later) {
      clock.set(new Date(later));
      for (const chore of chores(container)) {
        await chore.run();
        container.jobRuns.note(chore, { endedAt: clock.now(), ms: 12, failed: false });
      }
      await container.jobRuns.flush();
    },
    async stop() {
      await registry.stop();
      await running.stop();
    },
  };
}
