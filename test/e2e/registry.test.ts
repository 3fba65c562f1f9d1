/** Each generation of registry, through a client that behaves as Docker does: rules that need no docker command. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../src/links.ts";
import { findOnPath } from "../../src/local-registry/run-command.ts";
import {
  type LocalRegistryOptions,
  type RunningRegistry,
  startLocalRegistry,
} from "../../src/local-registry/start-local-registry.ts";
import { FakeClock } from "../support/clock.ts";
import { DockerCommand } from "../support/docker-command.ts";
import { freePort } from "../support/free-port.ts";
import { digestOf, RegistryClient } from "../support/registry-client.ts";
import { findCommand, findDocker } from "../support/requirements.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { requestToken } from "../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../support/world.ts";

const BOTH = ["read_registry", "write_registry"];
const SECRET = "Bearer what the registries know";
/** What distribution's registry of the third generation is called on the PATH, beside Debian's of the second. */
const THIRD = "registry-3.1";

const docker = await findDocker();
const third = await findCommand(THIRD);
const WANT_THIRD = `needs ${THIRD}: the registry of distribution 3.1 as \`${THIRD}\` on the PATH (.ci/run builds it)`;
let service: TestService;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "keyside-test-"));
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  service = await startTestService({
    clock: new FakeClock(new Date()),
    environment: { KEYSIDE_PORT: port, KEYSIDE_URL: url, REGISTRY_NOTIFICATION_SECRET: SECRET },
  });
  await enableProjectAccessTokens(service);
  const group = await createGroup(service, "team");
  await createProject(service, group, "app", { visibility: "private" });
  await createProject(service, group, "other", { visibility: "private" });
  await createProject(service, group, "open", { visibility: "public" });
});
afterAll(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The registry that this machine has, which is of the second generation, or the third one. */
async function findOptions(generation: 2 | 3): Promise<Partial<LocalRegistryOptions>> {
  if (generation === 2) return {};
  // Under the name that Keyside looks for, and before all others.
  const [file = ""] = await findOnPath(THIRD, process.env);
  const first = join(directory, "bin");
  await mkdir(first);
  await symlink(file, join(first, "registry"));
  return { choose: ["binary"], environment: { PATH: first, HOME: directory } };
}

describe.each([2, 3] as const)("distribution's registry of generation %i", (generation) => {
  let registry: RunningRegistry | undefined;
  let want = WANT_THIRD;

  beforeAll(async () => {
    if (generation === 3 && !third.found) return;
    const { certsDir, registry: trust, url } = service.container.config;
    const started = await startLocalRegistry({
      dataDir: join(directory, `data-${generation}`),
      host: "localhost",
      port: await freePort(),
      realm: url + REALM_PATH,
      service: trust.service,
      issuer: trust.issuer,
      rootCertBundle: join(certsDir, "ca.crt"),
      notifications: { url: url + NOTIFICATIONS_PATH, secret: SECRET },
      environment: process.env,
      report: () => undefined,
      ...(await findOptions(generation)),
    });
    if (started.kind === "none") want = `needs a registry: ${started.reason}`;
    else registry = started;
    if (generation === 3) expect(started.reason).toContain("(distribution 3.1.");
  });
  afterAll(() => registry?.stop());
  beforeEach(({ skip }) => {
    skip(registry === undefined, want);
    service.clock.set(new Date());
  });

  const clientOf = (token?: ProjectAccessToken) =>
    new RegistryClient({
      registryUrl: `http://${registry?.address}`,
      ...(token === undefined ? {} : { credentials: token.credentials }),
    });
  const tokenOf = (project: string, scopes: readonly string[]) =>
    createProjectAccessToken(service, project, { scopes: scopes });
  const clientWith = async (project: string, scopes: readonly string[]) => clientOf(await tokenOf(project, scopes));

  it("takes a push and gives it back with both registry scopes", async () => {
    const client = await clientWith("team/app", BOTH);
    const layer = randomBytes(100_000);
    expect(await client.login()).toMatchObject({ status: 200 });
    expect(await client.push("team/app/one/two/three", "1", [layer])).toMatchObject({ status: 201 });
    expect(await client.pull("team/app/one/two/three", "1")).toMatchObject({ status: 200, layers: [layer] });
    expect(client.lastToken?.claims).toMatchObject({
      iss: "keyside",
      aud: "container_registry",
      sub: expect.stringMatching(/^project_\d+_bot_[0-9a-f]{16}$/),
    });
  });

  it("lets read_registry pull and not push", async () => {
    await (await clientWith("team/app", BOTH)).push("team/app/read", "1");
    const client = await clientWith("team/app", ["read_registry"]);
    expect(await client.pull("team/app/read", "1")).toMatchObject({ status: 200 });
    expect(await client.push("team/app/read", "2")).toMatchObject({ step: "POST upload", status: 401 });
    expect(client.lastToken?.access).toEqual([{ type: "repository", name: "team/app/read", actions: ["pull"] }]);
  });

  it("takes no upload with write_registry alone on a private project, whose token holds push alone", async () => {
    const client = await clientWith("team/app", ["write_registry"]);
    expect(await client.push("team/app/write", "1")).toMatchObject({ step: "POST upload", status: 401 });
    expect(client.lastToken?.access).toEqual([{ type: "repository", name: "team/app/write", actions: ["push"] }]);
  });

  it("mounts a layer from a second repository of the project, and none from another project", async () => {
    const layer = randomBytes(1024);
    const client = await clientWith("team/app", BOTH);
    await client.push("team/app/source", "1", [layer]);
    expect(await client.mount("team/app/target", "team/app/source", digestOf(layer))).toMatchObject({ status: 201 });

    const stranger = await clientWith("team/other", BOTH);
    expect(await stranger.mount("team/other/target", "team/app/source", digestOf(layer))).toMatchObject({
      status: 401, // no offer to upload either: the client asked for more than it may
    });
    expect(stranger.lastToken?.access.map(({ name }) => name)).toEqual(["team/other/target"]);
  });

  it("lets everybody pull from a public project, and only its own tokens push", async () => {
    await (await clientWith("team/open", BOTH)).push("team/open", "1");
    const stranger = clientOf();
    expect(await stranger.pull("team/open", "1")).toMatchObject({ status: 200 });
    expect(await stranger.push("team/open", "2")).toMatchObject({ status: 401 });
    const other = await clientWith("team/other", BOTH);
    expect(await other.pull("team/open", "1")).toMatchObject({ status: 200 });
    expect(await other.push("team/open", "2")).toMatchObject({ status: 401 });
  });

  it("refuses a revoked token at once, even on a public project", async () => {
    await (await clientWith("team/open", BOTH)).push("team/open", "1");
    const token = await tokenOf("team/app", BOTH);
    const client = clientOf(token);
    expect(await client.pull("team/open", "1")).toMatchObject({ status: 200 });
    await service.root.delete(`/projects/team%2Fapp/access_tokens/${token.id}`);
    expect(await client.pull("team/open", "1")).toMatchObject({ step: "token", status: 401 });
    expect(await client.login()).toMatchObject({ step: "token", status: 401 });
  });

  it("takes both secrets of a token that was rotated with a grace, until that ends by the clock", async () => {
    const tokens = "/projects/team%2Fapp/access_tokens";
    // A registry goes by the machine's clock: the grace began two days ago, and ends now.
    const end = service.clock.now();
    const secondsBefore = (seconds: number) => service.clock.set(new Date(end.getTime() - seconds * 1000));
    secondsBefore(48 * 3600);
    const old = await tokenOf("team/app", BOTH);
    const { body } = await service.root.post(`${tokens}/${old.id}/rotate`, { grace_period: 48 * 3600 });
    const current = { ...old, credentials: { username: "anybody", password: body.token } };
    const show = async (id: number) => {
      await service.container.lastUse.flush();
      return (await service.root.get(`${tokens}/${id}`)).body;
    };
    expect(await show(old.id)).toMatchObject({ active: true, retires_at: end.toISOString(), last_used_at: null });
    for (const { credentials } of [old, current])
      expect(await requestToken(service, credentials)).toMatchObject({ status: 200 });
    secondsBefore(24 * 3600 + 1);
    expect(await show(body.id)).toMatchObject({ active: true, safe_to_retire: false });
    secondsBefore(24 * 3600);
    expect(await show(body.id)).toMatchObject({ active: true, safe_to_retire: true });

    secondsBefore(1);
    const repository = `team/app/grace-${generation}`;
    for (const [tag, token] of [
      ["old", old],
      ["current", current],
    ] as const) {
      expect(await clientOf(token).push(repository, tag)).toMatchObject({ status: 201 });
      expect(await clientOf(token).pull(repository, tag)).toMatchObject({ status: 200 });
    }
    const used = new Date(end.getTime() - 1000).toISOString();
    expect(await show(old.id)).toMatchObject({ active: true, last_used_at: used });
    expect(await show(body.id)).toMatchObject({ active: true, last_used_at: used, safe_to_retire: false });

    secondsBefore(0);
    expect(await clientOf(old).pull(repository, "old")).toMatchObject({ step: "token", status: 401 });
    expect(await clientOf(current).pull(repository, "old")).toMatchObject({ status: 200 });
    expect(await show(old.id)).toMatchObject({ active: false, revoked: true, last_used_at: used });
  });

  it.for([
    ["anonymous", () => Promise.resolve(clientOf())],
    ["the token of another project", () => clientWith("team/other", BOTH)],
  ] as const)("answers for a private repository as for one that does not exist: %s", async ([_, makeClient]) => {
    await (await clientWith("team/app", BOTH)).push("team/app/secret", "1");
    const client = await makeClient();
    const answers: string[] = [];
    for (const name of ["team/app/secret", "team/app/nowhere", "team/nowhere"]) {
      const { status, headers, body } = await client.pull(name, "1");
      const { access, body: token, status: tokenStatus } = client.lastToken ?? {};
      const told = { status, challenge: headers.get("www-authenticate"), body, access, tokenStatus };
      // Of the token endpoint's answer the JWT and its moment differ by nature; how long it is good must not.
      const { expires_in } = token as { expires_in: number };
      answers.push(JSON.stringify({ ...told, expires_in }).replaceAll(name, "NAME"));
    }
    expect(answers[0]).toContain('"status":401');
    expect(new Set(answers)).toHaveLength(1);
  });

  it("deletes an image for delete_registry, and for no other scope", async () => {
    const writer = await clientWith("team/app", [...BOTH]);
    const { digest } = await writer.push("team/app/gone", "1");
    expect(await writer.deleteManifest("team/app/gone", digest)).toMatchObject({ status: 401 });
    const deleter = await clientWith("team/app", ["delete_registry"]);
    expect(await deleter.deleteManifest("team/app/gone", digest)).toMatchObject({ status: 202 });
    expect(await writer.pull("team/app/gone", "1")).toMatchObject({ status: 404 });
  });

  it("takes tokens of a leaf that was replaced under the same CA while it runs", async () => {
    const client = await clientWith("team/app", BOTH);
    expect(await client.push("team/app/before", "1")).toMatchObject({ status: 201 });
    const chain = client.lastToken?.header?.x5c;
    const ca = readFileSync(join(service.container.config.certsDir, "ca.crt"), "utf8");

    await service.container.signingKeys.rotate();
    expect(await client.push("team/app/after", "1")).toMatchObject({ status: 201 });
    expect(client.lastToken?.header?.x5c).not.toEqual(chain);
    expect(readFileSync(join(service.container.config.certsDir, "ca.crt"), "utf8")).toBe(ca);
  });

  // The second generation calls its reports version 1 of the format, the third version 2.
  it("reports a push, by whom and of which project", async () => {
    const token = await tokenOf("team/app", BOTH);
    const { digest } = await clientOf(token).push("team/app/reported", `generation-${generation}`);
    const [project] = (await service.root.get("/projects?search=team%2Fapp")).body;
    await vi.waitFor(
      async () => {
        const rows = await service.container.database
          .em()
          .execute("select project_id, user_id, action, digest from registry_events where tag = ?", [
            `generation-${generation}`,
          ]);
        expect(rows).toEqual([{ project_id: project.id, user_id: token.userId, action: "push", digest }]);
      },
      { timeout: 120_000, interval: 200 },
    );
  });

  // What docker does on the second generation is in docker.test.ts.
  if (generation === 3) {
    it("lets docker log in, push and pull, and tells a person what it refuses", async ({ skip }) => {
      skip(!docker.found, docker.want);
      const address = `${registry?.address}`;
      const [writer, reader, stranger] = [
        await tokenOf("team/app", BOTH),
        await tokenOf("team/app", ["read_registry"]),
        await tokenOf("team/other", BOTH),
      ];
      const person = await DockerCommand.create();
      expect(await person.login(address, { ...writer.credentials, password: "wrong" })).toMatchObject({ code: 1 });
      expect(await person.login(address, writer.credentials)).toMatchObject({ code: 0 });
      expect(await person.pushNew(`${address}/team/app/tool:1`)).toMatchObject({ code: 0 });
      expect(await person.pullAnew(`${address}/team/app/tool:1`)).toMatchObject({ code: 0 });

      const denied = { code: 1, stderr: expect.stringMatching(/denied|unauthorized/) };
      expect(await person.login(address, reader.credentials)).toMatchObject({ code: 0 });
      expect(await person.pullAnew(`${address}/team/app/tool:1`)).toMatchObject({ code: 0 });
      expect(await person.run("push", `${address}/team/app/tool:1`)).toMatchObject(denied);
      expect(await person.login(address, stranger.credentials)).toMatchObject({ code: 0 });
      expect(await person.pullAnew(`${address}/team/app/tool:1`)).toMatchObject(denied);

      await service.root.delete(`/projects/team%2Fapp/access_tokens/${reader.id}`);
      expect(await person.login(address, reader.credentials)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("revoked"),
      });
    });
  }
});
