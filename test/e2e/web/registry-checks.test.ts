/** `/admin/registry` with a real registry: one that its lines configure, and what its checks find. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../../src/links.ts";
import type { NoRegistry, RunningRegistry } from "../../../src/local-registry/start-local-registry.ts";
import { FakeClock } from "../../support/clock.ts";
import { freePort } from "../../support/free-port.ts";
import { readUntil } from "../../support/read-until.ts";
import { startReportingRegistry } from "../../support/reporting-registry.ts";
import { findImage } from "../../support/requirements.ts";
import { unescaped, WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const SECRET = "Bearer what registries report with";
const PAGE = "/admin/registry";

let stage: WebStage;
let registry: RunningRegistry | NoRegistry;
beforeAll(async () => {
  const [port, registryPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}`;
  stage = await startWebStage({
    clock: new FakeClock(new Date()),
    environment: {
      KEYSIDE_PORT: String(port),
      KEYSIDE_URL: url,
      // As clients have it: the service cannot reach it there.
      REGISTRY_URL: "http://registry.invalid:5000",
      REGISTRY_INTERNAL_URL: `http://127.0.0.1:${registryPort}`,
      REGISTRY_NOTIFICATION_SECRET: SECRET,
    },
  });
  const { container, directory } = stage.service;
  const dataDir = join(directory, "registry");
  registry = await startReportingRegistry(container.config, { dataDir, port: registryPort, secret: SECRET });
});
afterAll(async () => {
  if (registry.kind !== "none") await registry.stop();
  await stage.service.stop();
});

const wordsOf = (html: string) => unescaped(html.replaceAll(/<[^>]*>/g, " ")).replaceAll(/\s+/g, " ");

describe("the checks of a real registry", () => {
  it("find every step well, its report too, and leave nothing", async ({ skip }) => {
    if (registry.kind === "none") return skip(`needs a registry: ${registry.reason}`);
    const client = await stage.clientOf("administrator");
    const words = wordsOf((await client.post(PAGE)).html);
    expect(words.match(/\((?:Failed|Skipped)\)/g)).toBeNull();
    expect(words.match(/\(Done\)/g)).toHaveLength(11);
    expect(words).toContain("The registry reports to Keyside (Done)");
    expect(words).toContain("All is well: the registry and Keyside work together.");
    const paths = await stage.service.container.database
      .em()
      .execute("select path from full_paths where path like '%doctor-%'");
    expect(paths).toEqual([]);
    await stage.service.container.registryContacts.flush();
    expect(wordsOf((await client.get(PAGE)).html)).toMatch(/Last report just now , of a delete/);
  });
});

describe("the lines for compose", () => {
  it("make registry:2 send its clients to Keyside, and report to it", async ({ skip }) => {
    const image = await findImage("registry:2");
    if (!image.found) return skip(image.want);
    const { html } = await (await stage.clientOf("administrator")).get(PAGE);
    const lines = unescaped(/<pre [^>]*aria-label="Compose"[^>]*>(.*?)<\/pre>/s.exec(html)?.[1] ?? "");
    const { environment } = parse(lines.replaceAll("$$", "$")).services.registry;
    const certificate = await readFile(join(stage.service.container.config.certsDir, "ca.crt"), "utf8");
    const container = await new GenericContainer("registry:2")
      .withEnvironment(environment)
      .withCopyContentToContainer([{ content: certificate, target: environment.REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE }])
      .withExposedPorts(5000)
      .withWaitStrategy(Wait.forHttp("/v2/", 5000).forStatusCode(401))
      .start();
    const client = new WebClient(`http://localhost:${container.getMappedPort(5000)}`);
    const { headers } = await client.get("/v2/");
    const endpoint = `configuring endpoint keyside (${stage.service.container.config.url}${NOTIFICATIONS_PATH})`;
    await readUntil(await container.logs(), endpoint);
    await container.stop();
    expect(headers["www-authenticate"]).toContain(`realm="${stage.service.container.config.url}${REALM_PATH}"`);
  });
});
