import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { UnavailableError } from "../../src/errors.ts";
import {
  type LocalRegistryOptions,
  REGISTRY_KINDS,
  type RunningRegistry,
  startLocalRegistry,
} from "../../src/local-registry/start-local-registry.ts";
import { freePort } from "../support/free-port.ts";
import { digestOf, RegistryClient } from "../support/registry-client.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTokenServer, type TokenServer } from "../support/token-server.ts";

async function optionsFor(tokens: TokenServer, dataDir: string): Promise<LocalRegistryOptions> {
  const report = () => undefined;
  return { ...tokens.trust, dataDir, host: "127.0.0.1", port: await freePort(), environment: process.env, report };
}

/** Skips the test where this machine has no registry of the kinds wanted; ends the registry after it. */
async function start(options: LocalRegistryOptions, skip: TestContext["skip"]): Promise<RunningRegistry> {
  const registry = await startLocalRegistry(options);
  if (registry.kind === "none")
    return skip(`needs a registry (${options.choose ?? "of any kind"}): ${registry.reason}`);
  onTestFinished(() => registry.stop());
  return registry;
}

async function tokenServer(): Promise<TokenServer> {
  const tokens = await startTokenServer(join(await scratchDirectory(), "ca.crt"));
  onTestFinished(() => tokens.close());
  return tokens;
}

function clientOf(registry: RunningRegistry, tokens: TokenServer): RegistryClient {
  return new RegistryClient({ registryUrl: `http://${registry.address}`, credentials: tokens.credentials });
}

describe("the registry next to Keyside", () => {
  it.for(REGISTRY_KINDS)("keeps its images when it is ended and started again: %s", async (kind, { skip }) => {
    const tokens = await tokenServer();
    const options = { ...(await optionsFor(tokens, await scratchDirectory())), choose: [kind] };
    const layer = randomBytes(100_000);

    const first = await start(options, skip);
    expect(first.kind).toBe(kind);
    expect(await clientOf(first, tokens).push("group/app", "v1", [layer])).toMatchObject({ status: 201 });
    await first.stop();
    await first.exited;
    await expect(fetch(`http://${first.address}/v2/`)).rejects.toThrow("fetch failed");

    const second = await start(options, skip);
    const pulled = await clientOf(second, tokens).pull("group/app", "v1");
    expect(pulled).toMatchObject({ status: 200, layers: [layer] });
  });

  it("keeps its images when another kind takes over", async ({ skip }) => {
    const tokens = await tokenServer();
    const options = await optionsFor(tokens, await scratchDirectory());
    const first = await start(options, skip);
    await clientOf(first, tokens).push("group/app", "v1");
    await first.stop();

    const second = await start({ ...options, choose: REGISTRY_KINDS.filter((kind) => kind !== first.kind) }, skip);
    expect(second.kind).not.toBe(first.kind);
    expect(await clientOf(second, tokens).tags("group/app")).toMatchObject({ body: { tags: ["v1"] } });
  });

  it.for(REGISTRY_KINDS)("starts where a killed Keyside left its registry running: %s", async (kind, { skip }) => {
    const tokens = await tokenServer();
    const options = { ...(await optionsFor(tokens, await scratchDirectory())), choose: [kind] };
    await (await start(options, skip)).stop();
    await startAndBeKilled(options);
    // Still there, in the way of the next start: so that start proves that it ends what was left behind.
    expect((await fetch(`http://127.0.0.1:${options.port}/v2/`)).status).toBe(401);

    const next = await start(options, skip);
    expect(await clientOf(next, tokens).login()).toMatchObject({ status: 200 });
  });

  it("fails with the end of the registry's log when the registry does not become ready", async ({ skip }) => {
    const tokens = await tokenServer();
    const dataDir = await scratchDirectory();
    const options = await optionsFor(tokens, dataDir);
    await (await start({ ...options, choose: ["binary", "debian-package"] }, skip)).stop();

    const missing = join(dataDir, "missing.crt");
    const broken = startLocalRegistry({ ...options, choose: ["binary", "debian-package"], rootCertBundle: missing });
    await expect(broken).rejects.toThrow(UnavailableError);
    await expect(broken).rejects.toThrow(`open ${missing}: no such file`);
  });
});

/** Starts the registry in a Keyside of its own, which is then killed as by the kernel. */
async function startAndBeKilled(options: LocalRegistryOptions): Promise<void> {
  const { report: _, environment: __, ...plain } = options;
  const program = `
    import { startLocalRegistry } from ${JSON.stringify(import.meta.resolve("../../src/local-registry/start-local-registry.ts"))};
    await startLocalRegistry({ ...${JSON.stringify(plain)}, environment: process.env, report() {} });
    console.log("started");
    setInterval(() => {}, 1000);`;
  const keyside = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(keyside, "exit");
  await Promise.race([once(keyside.stdout, "data"), ended]);
  keyside.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
}

describe("the test client of the registry", () => {
  let tokens: TokenServer;
  let registry: RunningRegistry | undefined;
  let reason = "";
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "keyside-test-"));
    tokens = await startTokenServer(join(directory, "ca.crt"));
    const started = await startLocalRegistry(await optionsFor(tokens, directory));
    if (started.kind === "none") reason = started.reason;
    else registry = started;
  });
  afterAll(async () => {
    await registry?.stop();
    await tokens.close();
    await rm(directory, { recursive: true, force: true });
  });

  const clients = (skip: TestContext["skip"]) => {
    if (registry === undefined) return skip(`needs a registry: ${reason}`);
    const registryUrl = `http://${registry.address}`;
    return {
      ann: new RegistryClient({ registryUrl, credentials: tokens.credentials }),
      stranger: new RegistryClient({ registryUrl }),
      impostor: new RegistryClient({ registryUrl, credentials: { username: "ann", password: "wrong" } }),
    };
  };

  it("logs in with a token that grants nothing", async ({ skip }) => {
    const { ann } = clients(skip);
    expect(await ann.login()).toMatchObject({ status: 200 });
    expect(ann.lastToken).toMatchObject({ status: 200, claims: { sub: "ann" }, access: [] });
  });

  it("shows the access that a push was granted", async ({ skip }) => {
    const { ann } = clients(skip);
    expect(await ann.push("deep/down/below/app", "v1")).toMatchObject({ status: 201, step: "PUT manifest" });
    const [grant] = ann.lastToken?.access ?? [];
    expect(grant).toMatchObject({ type: "repository", name: "deep/down/below/app" });
    expect(grant?.actions.toSorted()).toEqual(["pull", "push"]);
  });

  it("returns the refusal of the token endpoint", async ({ skip }) => {
    const { impostor } = clients(skip);
    expect(await impostor.login()).toMatchObject({ step: "token", status: 401 });
    expect(await impostor.push("a/b", "v1")).toMatchObject({ step: "token", status: 401 });
  });

  it("returns the refusal of the registry when the token grants too little", async ({ skip }) => {
    const { stranger } = clients(skip);
    expect(await stranger.pull("a/b", "v1")).toMatchObject({
      step: "GET manifest",
      status: 401,
      body: { errors: [expect.objectContaining({ code: "UNAUTHORIZED" })] },
      layers: [],
    });
  });

  it("mounts a layer of another repository, asking to pull from there", async ({ skip }) => {
    const { ann } = clients(skip);
    const layer = randomBytes(1024);
    await ann.push("source/app", "v1", [layer]);
    expect(await ann.mount("target/app", "source/app", digestOf(layer))).toMatchObject({ status: 201 });
    expect(ann.lastToken?.access.map(({ name }) => name).toSorted()).toEqual(["source/app", "target/app"]);
  });

  it("deletes a manifest, whose tag is then gone", async ({ skip }) => {
    const { ann } = clients(skip);
    const { digest } = await ann.push("gone/app", "v1");
    expect(await ann.deleteManifest("gone/app", digest)).toMatchObject({ status: 202 });
    expect(await ann.pull("gone/app", "v1")).toMatchObject({ status: 404 });
  });
});
