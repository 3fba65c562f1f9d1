/** The registry that this machine has, through a client that behaves as Docker does: rules that need no docker command. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { REALM_PATH } from "../../src/links.ts";
import { type RunningRegistry, startLocalRegistry } from "../../src/local-registry/start-local-registry.ts";
import { FakeClock } from "../support/clock.ts";
import { freePort } from "../support/free-port.ts";
import { digestOf, RegistryClient } from "../support/registry-client.ts";
import { startTestService, type TestService } from "../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../support/world.ts";

const BOTH = ["read_registry", "write_registry"];

describe("the registry next to Keyside", () => {
  let service: TestService;
  let registry: RunningRegistry | undefined;
  let reason = "";

  beforeAll(async () => {
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    const clock = new FakeClock(new Date());
    service = await startTestService({ clock, environment: { KEYSIDE_PORT: port, KEYSIDE_URL: url } });
    const { config } = service.container;
    const started = await startLocalRegistry({
      dataDir: config.dataDir,
      host: "127.0.0.1",
      port: await freePort(),
      realm: url + REALM_PATH,
      service: config.registry.service,
      issuer: config.registry.issuer,
      rootCertBundle: join(config.certsDir, "ca.crt"),
      environment: process.env,
      report: () => undefined,
    });
    if (started.kind === "none") reason = started.reason;
    else registry = started;
    await enableProjectAccessTokens(service);
    const group = await createGroup(service, "team");
    await createProject(service, group, "app", { visibility: "private" });
    await createProject(service, group, "other", { visibility: "private" });
    await createProject(service, group, "open", { visibility: "public" });
  });
  afterAll(async () => {
    await registry?.stop();
    await service?.stop();
  });
  beforeEach(({ skip }) => {
    skip(registry === undefined, `needs a registry: ${reason}`);
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
});
