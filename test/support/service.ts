/**
 * A whole Keyside for a test: real HTTP, a real database, a clock that the test sets. Nothing of it is faked, but that the
 * digests that it makes of passwords are cheap (cheap-passwords.ts).
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { inject } from "vitest";
import { createPersonalToken } from "../../src/access-tokens/create-personal-token.ts";
import { readConfig } from "../../src/config.ts";
import { readTextFileIfPresent } from "../../src/files.ts";
import { systemIds } from "../../src/ids.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../src/principals/principal.ts";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { type Container, createContainer } from "../../src/server/container.ts";
import { prepareInstance } from "../../src/server/first-start.ts";
import { serve } from "../../src/server/start-service.ts";
import { User } from "../../src/users/user.entity.ts";
import { ApiClient } from "./api-client.ts";
import { FakeClock } from "./clock.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { ROOT_PASSWORD } from "./prepared.ts";

export { ROOT_PASSWORD };

/** What a test may choose. */
export interface TestServiceOptions {
  readonly clock?: FakeClock;
  /** Environment variables, as an operator would set them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The database, in the place of a new one; it is removed at the end too. */
  readonly database?: TestDatabase;
  /** Where Git's hooks are, in the place of those beside the code. */
  readonly hooksDirectory?: string;
}

/** A running Keyside. */
export interface TestService {
  readonly url: string;
  /** Where Git over SSH listens; undefined where that is off. */
  readonly sshPort: number | undefined;
  readonly clock: FakeClock;
  readonly container: Container;
  readonly directory: string;
  /** Everything that the service logged so far, one JSON text a line. */
  readonly logLines: readonly string[];
  /** Calls the API as the administrator `root`. */
  readonly root: ApiClient;
  /** Calls the API with another secret, or none. */
  as(secret: string | undefined): ApiClient;
  stop(): Promise<void>;
}

/** Starts a service on a free port with a database of its own. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-test-"));
  const database = options.database ?? (await createTestDatabase());
  const clock = options.clock ?? new FakeClock();
  // Those of the run begin when the clocks of tests do.
  const certs = inject("certs");
  if (certs !== undefined && options.clock === undefined)
    await cp(certs, join(directory, "certs"), { recursive: true });
  const logLines: string[] = [];
  const config = readConfig({
    KEYSIDE_PORT: "0",
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    KEYSIDE_ROOT_PASSWORD: ROOT_PASSWORD,
    // A busy machine is not what tests are about.
    KEYSIDE_DATABASE_TIMEOUT: "60",
    ...options.environment,
  });
  const container = await createContainer({
    config,
    clock,
    ids: systemIds,
    log: pino({ level: config.logLevel }, { write: (line: string) => void logLines.push(line) }),
    databaseLocation: database.location,
    hooksDirectory: options.hooksDirectory,
  });
  await prepareInstance(container);
  // Time stands still until a test moves it, and so do the chores: a test runs those that it is about.
  const running = await serve(container, []);
  const url = `http://127.0.0.1:${running.address.port}`;
  const rootSecret = readTextFileIfPresent(config.operatorTokenFile)?.trim() ?? (await makeRootSecret(container));
  return {
    url,
    sshPort: running.sshAddress?.port,
    clock,
    container,
    directory,
    logLines,
    root: new ApiClient(url, rootSecret),
    as: (secret) => new ApiClient(url, secret),
    async stop() {
      await running.stop();
      await database.remove();
      await rm(directory, { recursive: true });
    },
  };
}

/** A personal access token of root's: of the servers that share a database, one alone holds the operator's. */
async function makeRootSecret(container: Container): Promise<string> {
  const root = await container.database.em().findOneOrFail(User, { username: "root" });
  const scopes = new Set(TOKEN_SCOPES);
  const credential = { scopes, ...WITHOUT_ACCESS_TOKEN };
  const caller = { kind: "user", userId: root.id, username: "root", admin: true, ...credential } as const;
  const token = { name: "Test", description: null, scopes: TOKEN_SCOPES, expiresAt: null, ipAllowList: null };
  return (await createPersonalToken(container, { ...token, caller, owner: "self" })).secret;
}
