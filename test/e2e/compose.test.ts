/** `docker compose up`: Keyside from its Dockerfile with PostgreSQL and a registry, as docker-compose.yml says. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DockerCommand } from "../support/docker-command.ts";
import { freePort } from "../support/free-port.ts";
import { findCommand, findImage, type Requirement } from "../support/requirements.ts";
import { type CommandEnd, type Environment, runToEnd } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";

const BUILD_LIMIT = 600_000;

/** What the stack is made of; each must be there or be had. */
async function findWanting(): Promise<Requirement | undefined> {
  for (const image of ["registry:2", "postgres:17-trixie", "node:24-bookworm-slim"]) {
    const requirement = await findImage(image);
    if (!requirement.found) return requirement;
  }
  const { code } = await runToEnd(["docker", "compose", "version"]);
  return code === 0
    ? undefined
    : { found: false, want: "needs docker compose: version 2 of the docker command's plugin" };
}

const wanting = await findWanting();
const programs = [await findCommand("ssh"), await findCommand("sshpass")];

describe("docker compose up", () => {
  let environment: Environment;
  let registry: string;
  let sshPort: string;

  const compose = (...args: string[]): Promise<CommandEnd> => runToEnd(["docker", "compose", ...args], { environment });

  beforeAll(async () => {
    if (wanting !== undefined) return;
    const [keysidePort, registryPort] = [await freePort(), await freePort()];
    sshPort = String(await freePort());
    registry = `localhost:${registryPort}`;
    const buildx = await runToEnd(["docker", "buildx", "version"]);
    environment = {
      ...process.env,
      COMPOSE_PROJECT_NAME: `keyside-test-${randomBytes(4).toString("hex")}`,
      KEYSIDE_PORT: String(keysidePort),
      KEYSIDE_SSH_PORT: sshPort,
      REGISTRY_PORT: String(registryPort),
      ...(buildx.code === 0 ? {} : { DOCKER_BUILDKIT: "0" }),
    };
    const started = await compose("up", "--detach", "--wait", "--build");
    expect(started).toMatchObject({ code: 0 });
  }, BUILD_LIMIT);
  afterAll(async () => {
    if (wanting !== undefined) return;
    const ended = await compose("down", "--volumes", "--remove-orphans");
    expect(ended).toMatchObject({ code: 0 });
    await runToEnd(["docker", "image", "rm", `${environment["COMPOSE_PROJECT_NAME"]}`]);
    const label = `label=com.docker.compose.project=${environment["COMPOSE_PROJECT_NAME"]}`;
    const volumes = await runToEnd(["docker", "volume", "ls", "--quiet", "--filter", label]);
    expect(volumes).toMatchObject({ code: 0, stdout: "" });
  });
  beforeEach(({ skip }) => skip(wanting !== undefined, wanting?.want));

  it("gives lines to paste that work, and tokens that outlive a restart", async () => {
    const demo = await compose("exec", "-T", "keyside", "keyside", "demo");
    expect(demo).toMatchObject({ code: 0, stderr: "" });
    const person = await DockerCommand.create();
    const name = `${registry}/demo/app/hello:1`;
    person.removeAfterwards(name);
    expect(demo.stdout).not.toContain("kspat-");
    const shell = { ...environment, ...person.environment };
    const pasted = await runToEnd(["sh", "-e"], { environment: shell, input: demo.stdout });
    expect(pasted).toMatchObject({ code: 0, stdout: expect.stringContaining("Login Succeeded") });
    expect(pasted.stdout).toContain("1: digest: sha256:");

    expect(await compose("down")).toMatchObject({ code: 0 });
    expect(await compose("up", "--detach", "--wait")).toMatchObject({ code: 0 });
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
    const [loginLine = ""] = demo.stdout.split("\n");
    const login = await runToEnd(["sh", "-e"], { environment: shell, input: loginLine });
    expect(login).toMatchObject({ code: 0 });
  });

  it("keeps the keys of Keyside and the password of the database from the registry", async () => {
    const search = "find / -path /proc -prune -o '(' -name 'ca.*' -o -name leaf.pem ')' -print";
    const files = await compose("exec", "-T", "registry", "sh", "-c", search);
    expect(files.stdout).toBe("/etc/registry-trust/ca.crt\n");
    const volumes = await compose("config", "--format", "json");
    const { services } = JSON.parse(volumes.stdout);
    const sources = services.registry.volumes.map(({ source }: { source: string }) => source.split("/").at(-1));
    expect(sources.toSorted()).toEqual(["registry-data", "registry-trust"]);
  });

  it("gives Keyside a role of the database that owns its own and is no superuser", async () => {
    const query = (sql: string) =>
      compose("exec", "-T", "postgres", "psql", "--username=postgres", "--no-align", "--tuples-only", "--command", sql);
    const rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls";
    const role = await query(`select ${rights} from pg_roles where rolname = 'keyside'`);
    expect(role).toMatchObject({ code: 0, stdout: "f|f|f|f|f\n" });
    const owned = await query("select datname from pg_database where datdba = 'keyside'::regrole");
    expect(owned.stdout).toBe("keyside\n");
    const reads = "has_database_privilege('keyside', 'postgres', 'connect')";
    const powers = "pg_has_role('keyside', 'pg_execute_server_program', 'member')";
    expect((await query(`select ${reads}, ${powers}`)).stdout).toBe("f|f\n");
    const { services } = JSON.parse((await compose("config", "--format", "json")).stdout);
    const mounts = (name: string) =>
      JSON.stringify(services[name].volumes.map(({ source }: { source: string }) => source));
    expect(mounts("postgres")).toContain("superuser-password");
    for (const name of ["keyside", "registry"]) expect(mounts(name)).not.toContain("superuser-password");
  });

  it("takes the registry's reports, by a secret that only the two know", async () => {
    await vi.waitFor(
      async () => {
        const { stdout } = await compose("logs", "--no-color", "keyside");
        expect(stdout).toMatch(/"path":"\/registry\/notifications","status":200/);
      },
      { timeout: 120_000, interval: 500 },
    );
    const reports = "http://keyside:8080/registry/notifications";
    const wrong = await compose("exec", "-T", "registry", "wget", "-q", "-O-", "--post-data={}", reports);
    expect(wrong.code).not.toBe(0);
  });

  it("runs without root, where nothing can be written but its volumes", async () => {
    const id = await compose("exec", "-T", "keyside", "id", "-u");
    expect(id).toMatchObject({ code: 0, stdout: "1000\n" });
    const write = await compose("exec", "-T", "keyside", "sh", "-c", "touch /opt/keyside/src/new");
    expect(write).toMatchObject({ code: 1, stderr: expect.stringMatching(/Read-only file system|Permission denied/) });
  });

  it("has a git that makes repositories in the data volume, without a home directory", async () => {
    const git = (...args: string[]) => compose("exec", "-T", "keyside", "env", "--unset=HOME", "git", ...args);
    const version = await git("version");
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^git version (2\.(39|[4-9]\d)|[3-9])\./) });
    const made = await git("init", "--quiet", "--bare", "/var/lib/keyside/probe.git");
    expect(made).toMatchObject({ code: 0, stderr: "" });
    await compose("exec", "-T", "keyside", "rm", "-r", "/var/lib/keyside/probe.git");
  });

  it("serves Git over SSH on the published port, with the host keys that it prints", async ({ skip }) => {
    for (const program of programs) skip(!program.found, program.want);
    const token = await compose("exec", "-T", "keyside", "keyside", "demo", "--token");
    const keys = await compose("exec", "-T", "keyside", "keyside", "ssh", "host-keys");
    expect(keys.stdout).toMatch(new RegExp(`^\\[localhost\\]:${sshPort} ssh-ed25519 `, "m"));
    const knownHosts = join(await scratchDirectory(), "known_hosts");
    await writeFile(knownHosts, keys.stdout);
    const options = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", `UserKnownHostsFile=${knownHosts}`];
    const command = ["ssh", ...options, "-p", sshPort, "git@localhost", "git-upload-pack 'demo/app.git'"];
    const listed = await runToEnd(["sshpass", "-e", ...command], {
      environment: { PATH: process.env["PATH"], SSHPASS: token.stdout.trim() },
      input: "0000",
    });
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{4}/) });
  });

  it("leaves nothing of a process whose parent has ended before it", async () => {
    const orphan = await compose("exec", "-T", "keyside", "sh", "-c", "true > /dev/null & echo $!");
    expect(orphan).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    const isThere = () => compose("exec", "-T", "keyside", "test", "-e", `/proc/${orphan.stdout.trim()}`);
    await vi.waitFor(async () => expect(await isThere()).toMatchObject({ code: 1 }), { timeout: 60_000 });
  });

  it("shows no secret in the logs", async () => {
    const { stdout: secret } = await compose("exec", "-T", "keyside", "cat", "/var/lib/keyside/operator-token");
    expect(secret).toMatch(/^kspat-\w+\n$/);
    const { stdout: password } = await compose("exec", "-T", "keyside", "cat", "/run/database-password/password");
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    const logs = await compose("logs", "--no-color");
    expect(logs.stdout).toContain('"msg":"listening"');
    const { stdout: reports } = await compose("exec", "-T", "keyside", "cat", "/run/notification-secret/secret");
    expect(reports).toMatch(/^[0-9a-f]{64}$/);
    for (const hidden of [secret.trim(), password, reports]) expect(logs.stdout).not.toContain(hidden);
  });
});
