/** `keyside doctor` against real registries, each with exactly one thing wrong. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import jwt from "jsonwebtoken";
import { GenericContainer, Wait } from "testcontainers";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { parse } from "yaml";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../src/links.ts";
import {
  type LocalRegistryOptions,
  type NoRegistry,
  type RunningRegistry,
  startLocalRegistry,
} from "../../src/local-registry/start-local-registry.ts";
import { renderRegistryConfig } from "../../src/registry-config/render-registry-config.ts";
import { madeCertsDirectory } from "../support/certs-directory.ts";
import { FakeClock } from "../support/clock.ts";
import { freePort } from "../support/free-port.ts";
import { findImage } from "../support/requirements.ts";
import { startRewritingProxy } from "../support/rewriting-proxy.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { createUser } from "../support/world.ts";

const SECRET = "Bearer what registries report with";
const KEYSIDE = [process.execPath, join(PROJECT_DIRECTORY, "bin/keyside.js")];

/** The doctor's steps, in their order. */
const STEPS = [
  /^ok {6}Keyside answers at /,
  /^ok {6}the registry at .* sends its clients to Keyside$/,
  /^ok {6}an administrator creates a project to test with$/,
  /^ok {6}a token logs in$/,
  /^ok {6}it pushes an image$/,
  /^ok {6}it pulls the image$/,
  /^ok {6}it mounts a layer from another repository$/,
  /^ok {6}an administrator lists the catalog$/,
  /^ok {6}it deletes the image$/,
  /^ok {6}the registry reports to Keyside$/,
  /^ok {6}Git lets a token fetch and push$/,
];

/** A service that takes reports; what it says of itself is where it listens, or `url`. */
async function startService(environment: Record<string, string> = {}): Promise<TestService> {
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const given = { KEYSIDE_PORT: port, KEYSIDE_URL: url, REGISTRY_NOTIFICATION_SECRET: SECRET, ...environment };
  return await startTestService({ clock: new FakeClock(new Date()), environment: given });
}

/** A registry that runs; `configuration` is its file. */
interface Registry {
  readonly url: string;
  readonly configuration: string;
}

/** How to run a registry that trusts the service, but for what is given. */
async function optionsFor(
  { config }: TestService["container"],
  dataDir: string,
  wrong: Partial<LocalRegistryOptions> = {},
): Promise<LocalRegistryOptions> {
  return {
    dataDir,
    host: "127.0.0.1",
    port: await freePort(),
    realm: config.url + REALM_PATH,
    service: config.registry.service,
    issuer: config.registry.issuer,
    rootCertBundle: join(config.certsDir, "ca.crt"),
    notifications: { url: config.url + NOTIFICATIONS_PATH, secret: SECRET },
    environment: process.env,
    report: () => undefined,
    ...wrong,
  };
}

/** What a test is told of a registry; skips it where the machine has none. */
function told(started: RunningRegistry | NoRegistry, dataDir: string, skip: TestContext["skip"]): Registry {
  if (started.kind === "none") return skip(`needs a registry: ${started.reason}`);
  return { url: `http://${started.address}`, configuration: join(dataDir, "registry.yml") };
}

/** Starts a registry that trusts the service, but for what is given, until the end of the test. */
async function startRegistry(
  container: TestService["container"],
  skip: TestContext["skip"],
  wrong: Partial<LocalRegistryOptions> = {},
): Promise<Registry> {
  const dataDir = await scratchDirectory();
  const started = await startLocalRegistry(await optionsFor(container, dataDir, wrong));
  if (started.kind !== "none") onTestFinished(() => started.stop());
  return told(started, dataDir, skip);
}

/** Starts the registry image with a configuration that Keyside would not write: its text goes through `spoil`. */
async function startSpoiltRegistry(
  { config }: TestService["container"],
  skip: TestContext["skip"],
  spoil: (configuration: string) => string,
): Promise<string> {
  const image = await findImage("registry:2");
  if (!image.found) return skip(image.want);
  const configuration = renderRegistryConfig({
    realm: config.url + REALM_PATH,
    service: config.registry.service,
    issuer: config.registry.issuer,
    rootCertBundle: "/trust/ca.crt",
    address: ":5000",
    storageDirectory: "/var/lib/registry",
    httpSecret: "of a test",
  });
  const spoilt = spoil(configuration);
  expect(spoilt).not.toBe(configuration);
  const container = await new GenericContainer("registry:2")
    .withCopyContentToContainer([{ content: spoilt, target: "/etc/docker/registry/config.yml" }])
    .withCopyFilesToContainer([{ source: join(config.certsDir, "ca.crt"), target: "/trust/ca.crt" }])
    .withExposedPorts(5000)
    .withWaitStrategy(Wait.forHttp("/v2/", 5000).forStatusCodeMatching((status) => status < 500))
    .start();
  onTestFinished(async () => {
    await container.stop();
  });
  return `http://localhost:${container.getMappedPort(5000)}`;
}

describe("keyside doctor", () => {
  let service: TestService;
  let token: string;
  /** The registry that has nothing wrong, for all tests that need no other. */
  let well: RunningRegistry | NoRegistry;
  const wellDirectory = () => join(service.directory, "registry");
  const wellRegistry = (skip: TestContext["skip"]) => told(well, wellDirectory(), skip);
  beforeAll(async () => {
    service = await startService();
    well = await startLocalRegistry(await optionsFor(service.container, wellDirectory()));
    token = (await readFile(service.container.config.operatorTokenFile, "utf8")).trim();
  });
  afterEach(async () => {
    service.clock.set(new Date());
    expect(await leftBehind()).toEqual([]);
  });
  afterAll(async () => {
    if (well.kind !== "none") await well.stop();
    await service.stop();
  });

  const run = (registryUrl: string, options: readonly string[] = [], environment: Record<string, string> = {}) =>
    runToEnd([...KEYSIDE, "doctor", ...options], {
      environment: {
        PATH: process.env["PATH"],
        KEYSIDE_URL: service.container.config.url,
        KEYSIDE_TOKEN: token,
        REGISTRY_URL: registryUrl,
        REGISTRY_NOTIFICATION_SECRET: SECRET,
        ...environment,
      },
    });

  /** Runs the doctor, whose step number `steps` must be the first to fail; answers the cause, in words. */
  const causeOf = async (steps: number, ...command: Parameters<typeof run>): Promise<string> => {
    const { code, stdout, stderr } = await run(...command);
    const lines = stdout.trimEnd().split("\n");
    expect({ code, lines, stderr }).toEqual({
      code: 1,
      lines: [
        ...STEPS.slice(0, steps - 1).map((step) => expect.stringMatching(step)),
        expect.stringMatching(/^FAILED {2}/),
      ],
      stderr: expect.stringMatching(/^keyside: [^\n]+\n$/),
    });
    return stderr.slice("keyside: ".length).trimEnd();
  };

  /** What the doctor made and did not remove: nothing, whatever it found. */
  const leftBehind = async () => {
    const [projects, tokens, features] = await Promise.all([
      service.root.get("/projects?per_page=100"),
      service.root.get("/personal_access_tokens?state=active&per_page=100"),
      service.root.get("/features"),
    ]);
    expect([projects.status, tokens.status, features.status]).toEqual([200, 200, 200]);
    const paths = await service.container.database.em().execute("select path from full_paths");
    const all = [...projects.body, ...tokens.body, ...features.body, ...paths].map((thing) => JSON.stringify(thing));
    return all.filter((text) => text.includes("doctor"));
  };

  const bundle = () => join(service.container.config.certsDir, "ca.crt");

  it("finds every step well", async ({ skip }) => {
    const { url } = wellRegistry(skip);
    const { code, stdout, stderr } = await run(url);
    const lines = stdout.trimEnd().split("\n");
    expect({ code, stderr, lines }).toEqual({
      code: 0,
      stderr: "",
      lines: STEPS.map((step) => expect.stringMatching(step)),
    });
  });

  it("tells programs the same as JSON, with the cause", async ({ skip }) => {
    const { url, configuration } = wellRegistry(skip);
    const config = ["--registry-config", configuration, "--registry-bundle", bundle()];
    const well = await run(url, ["--json", ...config]);
    expect(well).toMatchObject({ code: 0, stderr: "" });
    const findings = JSON.parse(well.stdout);
    expect(findings).toHaveLength(STEPS.length);
    expect(new Set(findings.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(["ok"]));

    const nowhere = await run(`http://127.0.0.1:${await freePort()}`, ["--json"]);
    expect(nowhere.code).toBe(1);
    expect(JSON.parse(nowhere.stdout).at(-1)).toMatchObject({ outcome: "failed", why: nowhere.stderr.slice(9).trim() });
  });

  it("skips the reports where the service takes none, and Git where it is off, saying why", async ({ skip }) => {
    const silent = await startService({ REGISTRY_NOTIFICATION_SECRET: "", KEYSIDE_GIT: "off" });
    onTestFinished(() => silent.stop());
    const { url } = await startRegistry(silent.container, skip);
    const { config } = silent.container;
    const operator = (await readFile(config.operatorTokenFile, "utf8")).trim();
    const { code, stdout } = await run(url, [], { KEYSIDE_URL: config.url, KEYSIDE_TOKEN: operator });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").slice(-2)).toEqual([
      "skipped the registry reports to Keyside: Keyside takes no reports, as REGISTRY_NOTIFICATION_SECRET is not set",
      "skipped Git lets a token fetch and push: Git is off in this process of Keyside: KEYSIDE_GIT says so",
    ]);
  });

  it("finds Git over SSH where clients are sent to, and names its address where nothing answers there", async ({
    skip,
  }) => {
    const [port, nowhere] = [await freePort(), await freePort()];
    const answers = await startService({ KEYSIDE_SSH_PORT: String(port) });
    onTestFinished(() => answers.stop());
    const silent = await startService({
      KEYSIDE_SSH_PORT: String(await freePort()),
      KEYSIDE_SSH_URL: `ssh://git@127.0.0.1:${nowhere}`,
    });
    onTestFinished(() => silent.stop());
    const ends = [answers, silent].map(async ({ container }) => {
      const { url } = await startRegistry(container, skip);
      const operator = (await readFile(container.config.operatorTokenFile, "utf8")).trim();
      return await run(url, [], { KEYSIDE_URL: container.config.url, KEYSIDE_TOKEN: operator });
    });
    const [well, failed] = await Promise.all(ends);
    expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok {6}Git over SSH answers\n$/m) });
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`host not reachable: 127.0.0.1:${nowhere}: `),
    });
  });

  it("names a directory of Git's repositories that cannot be written", async ({ skip }) => {
    const broken = await startService({ KEYSIDE_GIT_DIR: "/dev/null/git" });
    onTestFinished(() => broken.stop());
    const { url } = await startRegistry(broken.container, skip);
    const { config } = broken.container;
    const operator = (await readFile(config.operatorTokenFile, "utf8")).trim();
    const { code, stdout, stderr } = await run(url, [], { KEYSIDE_URL: config.url, KEYSIDE_TOKEN: operator });
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("FAILED  Git lets a token fetch and push");
    expect(stderr).toMatch(/^keyside: The directory of the Git repositories cannot be read or written/);
  });

  it("names a service that nothing answers for", async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const cause = await causeOf(1, "http://localhost:5000", [], { KEYSIDE_URL: nowhere });
    expect(cause).toContain(`host not reachable: ${nowhere}: `);
    expect(cause).toContain("KEYSIDE_URL");
  });

  it("names a registry that nothing answers for", async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const cause = await causeOf(2, nowhere);
    expect(cause).toContain(`host not reachable: ${nowhere}: `);
    expect(cause).toContain("REGISTRY_URL");
  });

  it("names a server that is no registry", async () => {
    const cause = await causeOf(2, service.url);
    expect(cause).toContain(`${service.url} is not a registry`);
  });

  it("names a realm that is wrong, and the right one", async ({ skip }) => {
    const realm = `${service.container.config.url}/token`;
    const { url } = await startRegistry(service.container, skip, { realm });
    const cause = await causeOf(2, url);
    expect(cause).toContain(`realm wrong: the registry's auth.token.realm is ${realm}; `);
    expect(cause).toContain(`should be ${service.container.config.url}/jwt/auth`);
  });

  it("names a realm that nothing answers for", async ({ skip }) => {
    const realm = `http://127.0.0.1:${await freePort()}/jwt/auth`;
    const { url } = await startRegistry(service.container, skip, { realm });
    expect(await causeOf(2, url)).toContain(`auth.token.realm is ${realm} (host not reachable: `);
  });

  it("names a registry without auth", async ({ skip }) => {
    const url = await startSpoiltRegistry(service.container, skip, (text) => text.slice(0, text.indexOf("auth:\n")));
    expect(await causeOf(2, url)).toMatch(/^registry without auth: .*keyside registry-config/);
  });

  it("names a caller who is no administrator", async ({ skip }) => {
    const { url } = wellRegistry(skip);
    const ann = await createUser(service, "ann");
    for (const secret of [ann.secret, "kspat-of-nobody"]) {
      const cause = await causeOf(3, url, [], { KEYSIDE_TOKEN: secret });
      expect(cause).toMatch(/^Keyside refuses: 40[13].*; the doctor needs an administrator's token/);
    }
  });

  it("names a service that differs", async ({ skip }) => {
    const { url } = await startRegistry(service.container, skip, { service: "another registry" });
    const cause = await causeOf(4, url);
    expect(cause).toMatch(
      /^service differs: the registry's auth\.token\.service is "another registry", .*REGISTRY_SERVICE/,
    );
  });

  it("names an issuer that differs: exactly with the registry's configuration, else with its other cause", async ({
    skip,
  }) => {
    const { url, configuration } = await startRegistry(service.container, skip, { issuer: "another issuer" });
    const config = ["--registry-config", configuration, "--registry-bundle", bundle()];
    expect(await causeOf(4, url, config)).toMatch(
      /^issuer differs: the registry's auth\.token\.issuer is "another issuer", Keyside's REGISTRY_ISSUER is "keyside"; /,
    );
    expect(await causeOf(4, url)).toMatch(/^issuer differs, or key not trusted: .*--registry-config FILE/);
  });

  it("names a key that the registry does not trust: exactly with its configuration, else with its other cause", async ({
    skip,
  }) => {
    const other = await madeCertsDirectory(new FakeClock(new Date()));
    onTestFinished(() => other.delete());
    const rootCertBundle = other.file("ca.crt");
    const { url, configuration } = await startRegistry(service.container, skip, { rootCertBundle });
    const configured = (file: string) => ["--registry-config", configuration, "--registry-bundle", file];
    expect(await causeOf(4, url, configured(rootCertBundle))).toContain(
      `key not trusted: the registry's rootcertbundle ${rootCertBundle} does not hold the CA of Keyside's key; copy`,
    );
    expect(await causeOf(4, url)).toMatch(/^issuer differs, or key not trusted: .*ca\.crt/);
    // As after the right certificate was copied there, while the registry still has the wrong one.
    expect(await causeOf(4, url, configured(bundle()))).toMatch(
      /^key not trusted, it seems: .*: restart the registry$/,
    );
  });

  it.for([
    [2, "behind"],
    [-2, "ahead of"],
  ] as const)("names a clock that is off: Keyside's by %i hours", async ([hours, word], { skip }) => {
    const { url } = wellRegistry(skip);
    service.clock.advance({ hours });
    expect(await causeOf(4, url)).toMatch(
      new RegExp(`^clock skew: the registry's clock is 7[12]\\d\\d s ${word} Keyside's; `),
    );
  });

  it("names a clock that is off by so much that it is another day there", async ({ skip }) => {
    const { url } = wellRegistry(skip);
    service.clock.advance({ hours: 24 });
    expect(await causeOf(4, url)).toMatch(/^clock skew: the registry's clock is 86[34]\d\d s behind Keyside's; /);
  });

  it("names an audience that is a list", async ({ skip }) => {
    const proxy = await startRewritingProxy(service.url, (path, text) => {
      if (path !== REALM_PATH) return text;
      const { privateKey, algorithm, x5c } = service.container.signingKeys.current();
      const { aud, ...claims } = jwt.decode(JSON.parse(text).token) as jwt.JwtPayload;
      const header = { alg: algorithm, x5c: [...x5c] };
      return JSON.stringify({ token: jwt.sign({ ...claims, aud: [aud] }, privateKey, { algorithm, header }) });
    });
    onTestFinished(() => proxy.close());
    const { url } = await startRegistry(service.container, skip, { realm: proxy.url + REALM_PATH });
    expect(await causeOf(4, url, [], { KEYSIDE_URL: proxy.url })).toMatch(/^array audience: /);
  });

  it("names a registry that does not delete", async ({ skip }) => {
    const url = await startSpoiltRegistry(service.container, skip, (text) =>
      text.replace("delete:\n    enabled: true", "delete:\n    enabled: false"),
    );
    expect(await causeOf(9, url)).toMatch(/^deletes disabled: .*storage\.delete\.enabled/);
  });

  it("names a notification secret that differs, with the registry's configuration and without", async ({ skip }) => {
    const { config } = service.container;
    const notifications = { url: config.url + NOTIFICATIONS_PATH, secret: "Bearer something else" };
    const { url, configuration } = await startRegistry(service.container, skip, { notifications });
    const [known, counted] = await Promise.all([
      causeOf(10, url, ["--registry-config", configuration, "--registry-bundle", bundle()]),
      causeOf(10, url, [], { REGISTRY_NOTIFICATION_SECRET: "" }),
    ]);
    expect(known).toMatch(/^notification secret differs: headers\.Authorization .*REGISTRY_NOTIFICATION_SECRET/);
    expect(counted).toMatch(/^notification secret differs: meanwhile Keyside refused a report \d+ times/);
    expect(known + counted).not.toContain("something else");
    expect(known + counted).not.toContain(SECRET);
  });

  it("names reports that go elsewhere, with the registry's configuration and without", async ({ skip }) => {
    const elsewhere = `http://127.0.0.1:${await freePort()}${NOTIFICATIONS_PATH}`;
    const notifications = { url: elsewhere, secret: SECRET };
    const { url, configuration } = await startRegistry(service.container, skip, { notifications });
    const [known, unknown] = await Promise.all([
      causeOf(10, url, ["--registry-config", configuration, "--registry-bundle", bundle()]),
      causeOf(10, url),
    ]);
    expect(known).toContain(`no reports arrive: the url of the registry's notifications endpoint is ${elsewhere}, `);
    const wanted = service.container.config.url + NOTIFICATIONS_PATH;
    expect(known).toContain(wanted);
    expect(unknown).toMatch(/^no reports arrive: let the registry's notifications\.endpoints have one /);
  });

  it.for([
    ["storage: {}\n", "auth: "],
    ["auth: {token: {issuer: keyside, rootcertbundle: /nowhere/ca.crt}}\n", "/nowhere/ca.crt cannot be read"],
    ["auth: [\n", "is not YAML"],
  ] as const)("names what is wrong with the file given as the registry's configuration: %j", async ([text, what]) => {
    const file = join(await scratchDirectory(), "config.yml");
    await writeFile(file, text);
    const { code, stderr } = await run("http://localhost:5000", ["--registry-config", file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^keyside: [^\n]+\n$/) });
    expect(stderr).toContain(what);
  });
});

describe("keyside registry-config", () => {
  const print = (environment: Record<string, string>) =>
    runToEnd([...KEYSIDE, "registry-config", "--bundle", "/trust/ca.crt"], {
      environment: { PATH: process.env["PATH"], KEYSIDE_URL: "http://keyside.test", ...environment },
    });

  it("prints the auth section, and the notifications where there is a secret for them", async () => {
    const auth = {
      token: {
        realm: "http://keyside.test/jwt/auth",
        service: "container_registry",
        issuer: "keyside",
        rootcertbundle: "/trust/ca.crt",
      },
    };
    expect(parse((await print({})).stdout)).toEqual({ auth });
    const endpoint = { url: "http://keyside.test/registry/notifications", headers: { Authorization: [SECRET] } };
    expect(parse((await print({ REGISTRY_NOTIFICATION_SECRET: SECRET })).stdout)).toEqual({
      auth,
      notifications: { endpoints: [expect.objectContaining(endpoint)] },
    });
  });
});
