/** The real docker command against a real registry:2 that trusts a real Keyside. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addDays, utcDate } from "../../src/clock.ts";
import { DockerCommand } from "../support/docker-command.ts";
import { RegistryClient } from "../support/registry-client.ts";
import { type GuardedRegistry, startGuardedRegistry } from "../support/registry-container.ts";
import { findImage } from "../support/requirements.ts";
import { ROOT_PASSWORD } from "../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../support/world.ts";

const registryImage = await findImage("registry:2");
const BOTH = ["read_registry", "write_registry"];
const REFUSED = { code: 1 };
const DENIED = { ...REFUSED, stderr: expect.stringMatching(/denied|unauthorized/) };

describe("docker with a project access token", () => {
  let guarded: GuardedRegistry;

  beforeAll(async () => {
    if (!registryImage.found) return;
    guarded = await startGuardedRegistry();
    await enableProjectAccessTokens(guarded.service);
    const group = await createGroup(guarded.service, "team");
    await createProject(guarded.service, group, "app", { visibility: "private" });
    await createProject(guarded.service, group, "other", { visibility: "private" });
    await createProject(guarded.service, group, "open", { visibility: "public" });
  });
  afterAll(() => guarded?.stop());
  beforeEach(({ skip }) => {
    skip(!registryImage.found, registryImage.want);
    guarded.service.clock.set(new Date());
  });

  /** The full name of an image in the registry of this run. */
  const image = (name: string) => `${guarded.registry}/${name}`;
  const tokenOf = (project: string, scopes: readonly string[], more = {}) =>
    createProjectAccessToken(guarded.service, project, { scopes: scopes, ...more });
  const revoke = ({ id }: ProjectAccessToken) =>
    guarded.service.root.delete(`/projects/team%2Fapp/access_tokens/${id}`);

  /** A person who is logged in with a new token. */
  async function loggedIn(project: string, scopes: readonly string[]) {
    const token = await tokenOf(project, scopes);
    const person = await DockerCommand.create();
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject({ code: 0 });
    return { person, token };
  }

  /** Pushes an image of a project as somebody who may; gives its full name. */
  async function pushed(project: string, name: string): Promise<string> {
    const { person } = await loggedIn(project, BOTH);
    const fullName = image(project + name);
    expect(await person.pushNew(fullName)).toMatchObject({ code: 0 });
    return fullName;
  }

  it("logs in, pushes and pulls with both registry scopes", async () => {
    const { person } = await loggedIn("team/app", BOTH);
    expect(await person.pushNew(image("team/app:1"))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1: digest: sha256:/),
    });
    expect(await person.pullAnew(image("team/app:1"))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Downloaded newer image"),
    });
  });

  it("pulls with read_registry alone, and tells a person that pushing is denied", async () => {
    const name = await pushed("team/app", "/tool:1");
    const { person } = await loggedIn("team/app", ["read_registry"]);
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
    expect(await person.run("push", name)).toMatchObject({
      ...REFUSED,
      stderr: expect.stringContaining("denied: requested access to the resource is denied"),
    });
  });

  it("grants push alone to write_registry alone, with which a private project takes no docker push", async () => {
    const { person, token } = await loggedIn("team/app", ["write_registry"]);
    const name = image("team/app/alone:1");
    expect(await person.pushNew(name)).toMatchObject(DENIED);

    const client = new RegistryClient({ registryUrl: `http://${guarded.registry}`, credentials: token.credentials });
    expect(await client.push("team/app/alone", "1")).toMatchObject({ step: "POST upload", status: 401 });
    expect(client.lastToken?.access).toEqual([{ type: "repository", name: "team/app/alone", actions: ["push"] }]);
  });

  it("pushes to a public project with write_registry alone", async () => {
    const { person } = await loggedIn("team/open", ["write_registry"]);
    expect(await person.pushNew(image("team/open/tool:1"))).toMatchObject({ code: 0 });
  });

  it("pulls from a public project without a login, and neither pushes there nor pulls from a private one", async () => {
    const [open, closed] = [await pushed("team/open", ":1"), await pushed("team/app", "/closed:1")];
    const stranger = await DockerCommand.create();
    expect(await stranger.pullAnew(open)).toMatchObject({ code: 0 });
    expect(await stranger.run("push", open)).toMatchObject(DENIED);
    expect(await stranger.pullAnew(closed)).toMatchObject(DENIED);
  });

  it("refuses the token of another project", async () => {
    const name = await pushed("team/app", "/mine:1");
    const { person } = await loggedIn("team/other", BOTH);
    expect(await person.pullAnew(name)).toMatchObject(DENIED);
    expect(await person.pushNew(image("team/app/mine:2"))).toMatchObject(DENIED);
  });

  it("refuses a revoked token at once, at login and at pull", async () => {
    const name = await pushed("team/app", "/revoked:1");
    const { person, token } = await loggedIn("team/app", BOTH);
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });

    expect(await revoke(token)).toMatchObject({ status: 204 });
    expect(await person.pullAnew(name)).toMatchObject({ ...REFUSED, stderr: expect.stringContaining("revoked") });
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject({
      ...REFUSED,
      stderr: expect.stringContaining("revoked"),
    });
  });

  it("refuses a token from midnight UTC of its expiry date on, and not a millisecond sooner", async () => {
    const { clock, url } = guarded.service;
    const name = await pushed("team/app", "/expired:1");
    const tomorrow = addDays(utcDate(clock.now()), 1);
    const midnight = new Date(`${tomorrow}T00:00:00Z`);
    const token = await tokenOf("team/app", BOTH, { expires_at: tomorrow });
    const person = await DockerCommand.create();
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject({ code: 0 });

    // The registry has the machine's clock and would not take a token from tomorrow: ask the token endpoint itself.
    clock.set(new Date(midnight.getTime() - 1));
    const authorization = `Basic ${Buffer.from(`any:${token.secret}`).toString("base64")}`;
    const lastMoment = await fetch(`${url}/jwt/auth?service=container_registry`, { headers: { authorization } });
    expect(lastMoment.status).toBe(200);

    clock.set(midnight);
    const expired = { ...REFUSED, stderr: expect.stringContaining(`it expired on ${tomorrow}`) };
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject(expired);
    expect(await person.pullAnew(name)).toMatchObject(expired);
  });

  it("refuses wrong credentials at login and at the pull of a public project", async () => {
    const name = await pushed("team/open", "/wrong:1");
    const person = await DockerCommand.create();
    const wrong = { username: "root", password: "not the password" };
    const refused = { ...REFUSED, stderr: expect.stringContaining("wrong username or password") };
    expect(await person.login(guarded.registry, wrong)).toMatchObject(refused);
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
    await person.remember(guarded.registry, wrong);
    expect(await person.pullAnew(name)).toMatchObject(refused);
  });

  it("takes images nested three deep under their project", async () => {
    const { person } = await loggedIn("team/app", BOTH);
    const name = image("team/app/one/two/three:1");
    expect(await person.pushNew(name)).toMatchObject({ code: 0 });
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
  });

  it("mounts a layer from a second repository of the project", async () => {
    const { person } = await loggedIn("team/app", BOTH);
    const source = image("team/app/source:1");
    expect(await person.pushNew(source)).toMatchObject({ code: 0 });
    await person.tag(source, image("team/app/target:1"));
    expect(await person.run("push", image("team/app/target:1"))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Mounted from team/app/source"),
    });
  });

  it("holds a token to its repository rules, and says what it may not", async () => {
    const repository_rules = [
      { repositories: ["web"], actions: ["pull", "push"] },
      { repositories: ["services/**"], actions: ["pull"] },
    ];
    const service = await pushed("team/app", "/services/a/b:1");
    const secret = await pushed("team/app", "/secret:1");
    const person = await DockerCommand.create();
    const token = await tokenOf("team/app", BOTH, { repository_rules });
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject({ code: 0 });
    expect(await person.pushNew(image("team/app/web:1"))).toMatchObject({ code: 0 });
    expect(await person.pullAnew(service)).toMatchObject({ code: 0 });
    expect(await person.run("push", service)).toMatchObject({
      ...REFUSED,
      stderr: expect.stringContaining("denied: requested access to the resource is denied"),
    });
    expect(await person.pullAnew(secret)).toMatchObject({
      ...REFUSED,
      stderr: expect.stringMatching(/pull access denied for .*secret/),
    });
  });

  it("gives the push and no more to who mounts from a repository outside the token's rules", async () => {
    const repository_rules = [{ repositories: ["web"], actions: ["pull", "push"] }];
    const token = await tokenOf("team/app", BOTH, { repository_rules });
    const { person } = await loggedIn("team/app", BOTH);
    const secret = image("team/app/secret-source:1");
    expect(await person.pushNew(secret)).toMatchObject({ code: 0 });
    await person.tag(secret, image("team/app/web:2"));
    // The engine knows where the layer was, and would mount it from there; the token gives no pull there.
    expect(await person.login(guarded.registry, token.credentials)).toMatchObject({ code: 0 });
    const push = await person.run("push", image("team/app/web:2"));
    expect(push).toMatchObject({ code: 0, stdout: expect.stringContaining(": Pushed") });
    expect(push.stdout).not.toContain("Mounted from");
  });

  it("lets a human push and pull with their password", async () => {
    const person = await DockerCommand.create();
    const login = await person.login(guarded.registry, { username: "root", password: ROOT_PASSWORD });
    expect(login).toMatchObject({ code: 0 });
    expect(await person.pushNew(image("team/app/by-hand:1"))).toMatchObject({ code: 0 });
    expect(await person.pullAnew(image("team/app/by-hand:1"))).toMatchObject({ code: 0 });
  });

  it("keeps tokens working, and makes no new ones, while the feature is off", async () => {
    const { root } = guarded.service;
    const { person } = await loggedIn("team/other", BOTH);
    await root.post("/features/resource_access_token", { value: false, project: "team/other" });

    const creation = await root.post("/projects/team%2Fother/access_tokens", { name: "late", scopes: BOTH });
    expect(creation).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining("resource_access_token") },
    });
    expect(await person.pushNew(image("team/other:1"))).toMatchObject({ code: 0 });
    await root.post("/features/resource_access_token", { value: true, project: "team/other" });
  });

  it("goes on pushing when the leaf is replaced under the same CA while the registry runs", async () => {
    const { service, registry } = guarded;
    const { person, token } = await loggedIn("team/app", BOTH);
    expect(await person.pushNew(image("team/app/before:1"))).toMatchObject({ code: 0 });
    const client = new RegistryClient({ registryUrl: `http://${registry}`, credentials: token.credentials });
    const chain = async () => {
      expect(await client.login()).toMatchObject({ status: 200 });
      return client.lastToken?.header?.x5c;
    };
    const caFile = join(service.container.config.certsDir, "ca.crt");
    const [before, ca] = [await chain(), readFileSync(caFile, "utf8")];

    await service.container.signingKeys.rotate();
    expect(await chain()).not.toEqual(before);
    expect(readFileSync(caFile, "utf8")).toBe(ca);
    expect(await person.pushNew(image("team/app/after:1"))).toMatchObject({ code: 0 });
  });
});

describe("docker with registry tokens signed by RS256", () => {
  it("pushes and pulls, before and after the leaf is replaced", async ({ skip, onTestFinished }) => {
    skip(!registryImage.found, registryImage.want);
    const guarded = await startGuardedRegistry({ REGISTRY_SIGNING_ALG: "RS256" });
    onTestFinished(() => guarded.stop());
    const { service } = guarded;
    const { container } = service;
    await enableProjectAccessTokens(service);
    await createProject(service, await createGroup(service, "team"), "app", { visibility: "private" });
    const { credentials } = await createProjectAccessToken(service, "team/app", { scopes: BOTH });
    const person = await DockerCommand.create();
    const name = `${guarded.registry}/team/app`;
    expect(await person.login(guarded.registry, credentials)).toMatchObject({ code: 0 });
    expect(await person.pushNew(`${name}:1`)).toMatchObject({ code: 0 });

    await container.signingKeys.rotate();
    expect(await person.pullAnew(`${name}:1`)).toMatchObject({ code: 0 });
    expect(await person.pushNew(`${name}:2`)).toMatchObject({ code: 0 });
    expect(container.signingKeys.current().algorithm).toBe("RS256");
  });
});
