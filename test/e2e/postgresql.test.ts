/** The main path with Keyside as processes of their own on a PostgreSQL server. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../../src/config.ts";
import { DockerCommand } from "../support/docker-command.ts";
import { freePort } from "../support/free-port.ts";
import { portOf, startRegistryContainer } from "../support/registry-container.ts";
import { findImage } from "../support/requirements.ts";
import { PROJECT_DIRECTORY, type RunningCommand, runToEnd, startCommand } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";

const KEYSIDE = [process.execPath, join(PROJECT_DIRECTORY, "bin/keyside.js")];
const PORT = 5432;
const images = [await findImage("registry:2"), await findImage("postgres:17-trixie")];
const wanting = images.find(({ found }) => !found);

describe("keyside serve on PostgreSQL", () => {
  let server: StartedTestContainer;

  beforeAll(async () => {
    if (wanting !== undefined) return;
    server = await new GenericContainer("postgres:17-trixie")
      .withEnvironment({ POSTGRES_USER: "keyside", POSTGRES_PASSWORD: "a password", POSTGRES_DB: "postgres" })
      .withExposedPorts(PORT)
      // The server that initialises the cluster listens on its socket alone.
      .withWaitStrategy(Wait.forLogMessage(/listening on IPv4 address/))
      .start();
  });
  afterAll(() => server?.stop());
  beforeEach(({ skip }) => skip(wanting !== undefined, wanting?.want));

  /** The environment of an instance with an empty database. */
  async function instance(database: string) {
    const made = await server.exec(["createdb", "--username=keyside", database], { user: "postgres" });
    expect(made).toMatchObject({ exitCode: 0 });
    const directory = await scratchDirectory();
    const port = String(await freePort());
    return {
      PATH: process.env["PATH"],
      DATABASE_URL: `postgres://keyside:a%20password@localhost:${server.getMappedPort(PORT)}/${database}?sslmode=disable`,
      KEYSIDE_DATA_DIR: join(directory, "data"),
      KEYSIDE_CERTS_DIR: join(directory, "certs"),
      KEYSIDE_PORT: port,
      KEYSIDE_URL: `http://localhost:${port}`,
    };
  }

  async function serve(environment: Record<string, string | undefined>): Promise<RunningCommand> {
    const running = startCommand([...KEYSIDE, "serve"], environment);
    await running.printed(/"database":"postgresql","msg":"listening"/);
    return running;
  }

  it("takes a push and a pull, and knows its tokens after a restart", async () => {
    const environment = await instance("main_path");
    const first = await serve(environment);
    expect(await readdir(environment.KEYSIDE_DATA_DIR)).not.toContain("database");
    const registry = await startRegistryContainer(readConfig(environment));
    onTestFinished(async () => void (await registry.stop()));
    const address = `localhost:${portOf(registry)}`;

    const demo = await runToEnd([...KEYSIDE, "demo", "--token"], { environment });
    const secret = demo.stdout.trim();
    const person = await DockerCommand.create();
    const name = `${address}/demo/app/on-postgresql:1`;
    expect(await person.login(address, { username: "demo", password: secret })).toMatchObject({ code: 0 });
    expect(await person.pushNew(name)).toMatchObject({ code: 0 });

    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);
    await serve(environment);
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
    expect(first.output).not.toContain(secret);
  });

  it("lets replicas that start together on an empty database share one administrator", async () => {
    const environment = await instance("replicas");
    const replicas = await Promise.all(
      ["one", "two", "three"].map(async (name) => {
        const port = String(await freePort());
        return { ...environment, KEYSIDE_DATA_DIR: join(environment.KEYSIDE_DATA_DIR, name), KEYSIDE_PORT: port };
      }),
    );
    await Promise.all(replicas.map(serve));
    // One of them holds the operator's token; each can take it.
    for (const environment of replicas) {
      expect(await runToEnd([...KEYSIDE, "operator-token"], { environment })).toMatchObject({ code: 0 });
      const { code, stdout } = await runToEnd([...KEYSIDE, "user", "list", "--json"], { environment });
      expect(code).toBe(0);
      const humans = (JSON.parse(stdout) as { username: string }[]).filter(({ username }) => username === "root");
      expect(humans).toHaveLength(1);
    }
    const tokens = ["token", "list", "--personal", "--user", "root", "--state", "active", "--json"];
    const { stdout } = await runToEnd([...KEYSIDE, ...tokens], { environment: replicas.at(-1) ?? {} });
    expect(JSON.parse(stdout)).toMatchObject([{ name: "Operator's token" }]);
  });
});
