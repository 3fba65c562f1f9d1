/** The pages of images, over real registries: what they hold, what they report, and what is left when they are gone. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { NoRegistry, RunningRegistry } from "../../../src/local-registry/start-local-registry.ts";
import { FakeClock } from "../../support/clock.ts";
import { freePort } from "../../support/free-port.ts";
import { makeImage, makeIndex, pushMade } from "../../support/images.ts";
import { RegistryClient } from "../../support/registry-client.ts";
import { startReportingRegistry } from "../../support/reporting-registry.ts";
import { formOf, type WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProjectAccessToken, type ProjectAccessToken } from "../../support/world.ts";

const SECRET = "Bearer what registries report with";
const ALL = ["read_registry", "write_registry", "delete_registry"];
const LINUX = { architecture: "amd64", os: "linux", created: "2026-11-20T10:00:00Z" };

let stage: WebStage;
let registry: RunningRegistry | NoRegistry | undefined;
let robot: ProjectAccessToken;
let client: RegistryClient;
let maintainer: WebClient;

beforeAll(async () => {
  const [port, registryPort] = [String(await freePort()), await freePort()];
  const url = `http://localhost:${port}`;
  stage = await startWebStage({
    clock: new FakeClock(new Date()),
    environment: {
      KEYSIDE_PORT: port,
      KEYSIDE_URL: url,
      REGISTRY_URL: `http://localhost:${registryPort}`,
      REGISTRY_NOTIFICATION_SECRET: SECRET,
    },
  });
  const { config } = stage.service.container;
  const dataDir = join(stage.service.directory, "registry");
  registry = await startReportingRegistry(config, { dataDir, port: registryPort, secret: SECRET });
  robot = await createProjectAccessToken(stage.service, stage.project.id, {
    name: "ci-push",
    scopes: ALL,
    access_level: 40,
  });
  client = new RegistryClient({ registryUrl: config.registry.url, credentials: robot.credentials });
  maintainer = await stage.clientOf("maintainer");
});
afterAll(async () => {
  await stop(registry);
  await stage?.service.stop();
});
beforeEach(({ skip }) => {
  if (registry?.kind === "none") skip(`needs a registry: ${registry.reason}`);
});

async function stop(running: typeof registry): Promise<void> {
  if (running !== undefined && running.kind !== "none") await running.stop();
}

const BASE = "/team/app/-/container_registry";

/** The text of a page, without its tags. */
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

/** The text of a page, once it says something: registries report when they come to it. */
async function read(path: string, wanted: RegExp, by = maintainer): Promise<string> {
  return await vi.waitFor(
    async () => {
      const { status, html } = await by.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(textOf(html)).toMatch(wanted);
      return textOf(html);
    },
    { timeout: 60_000 },
  );
}

describe("the images of a project", () => {
  it("are listed with what they are, who pushed them, and what belongs to them", async () => {
    const index = makeIndex([
      { image: makeImage(LINUX, { layerBytes: 2_000_000 }), platform: "linux/amd64" },
      {
        image: makeImage({ ...LINUX, architecture: "arm64" }, { layerBytes: 3_000_000 }),
        platform: "linux/arm64/v8",
      },
    ]);
    const signature = `${index.digest.replace(":", "-")}.sig`;
    await pushMade(client, "team/app/web", "1.8.2", index);
    await pushMade(client, "team/app/web", "latest", index);
    await pushMade(client, "team/app/web", signature, makeImage({ what: "a signature" }));
    const chart = makeImage({ name: "chart" }, { configType: "application/vnd.cncf.helm.config.v1+json" });
    await pushMade(client, "team/app/charts/web", "0.1.0", chart);
    await pushMade(client, "team/app", "own", makeImage(LINUX));

    const list = await read(BASE, /team\/app just now own/);
    expect(list).toMatch(/charts\/web just now 0\.1\.0 ci-push bot 0 1 web just now latest ci-push bot/);
    const tags = await read(`${BASE}/team/app/web`, /2\.0 MB – 3\.0 MB/);
    expect(tags).toContain("linux/amd64, linux/arm64/v8");
    expect(tags).toMatch(/latest signature .* 1\.8\.2 signature/);
    expect(tags).toMatch(/Signatures and attestations: 1 sha256-/);
    const tag = await read(`${BASE}/team/app/web/-/tags/1.8.2`, /Also tagged latest/);
    expect(tag).toContain("Attestations: 2");
    expect(tag).toContain(`@${index.digest}`);
    expect(await read(`${BASE}/team/app/charts/web`, /Helm chart/)).not.toContain("linux");
    expect(await read(`${BASE}/team/app`, /own/)).toContain("linux/amd64");
  });

  it("count as pulled by who pulls them, and not because somebody looks", async () => {
    const { digest } = await client.push("team/app/looked-at", "v1");
    const path = `${BASE}/team/app/looked-at/-/tags/v1`;
    await read(path, /linux\/amd64/);
    await read(`${BASE}/team/app/looked-at`, /v1/);
    expect((await client.pull("team/app/looked-at", digest)).status).toBe(200);
    // Reports come in their order: what Keyside did is there before this.
    expect(await read(path, /1 pull in 30 days/)).toMatch(/Last pulls .* ci-push bot just now/);
    const events = await stage.service.root.get(`/projects/${stage.project.id}/events?action=pulled`);
    expect(events.body.map(({ author_username }: { author_username: string }) => author_username)).not.toContain(
      "keyside",
    );
    expect(events.body).toHaveLength(1);
  });

  it("are deleted with all their tags, as whoever wants it", async () => {
    const image = makeImage(LINUX);
    await pushMade(client, "team/app/old", "v1", image);
    await pushMade(client, "team/app/old", "v1.0", image);
    await pushMade(client, "team/app/old", "v2", makeImage(LINUX));
    const path = `${BASE}/team/app/old/-/tags/v1/delete`;
    const asked = await read(path, /Delete old:v1/);
    expect(asked).toMatch(/all its tags: v1 v1\.0 /);
    const fields = formOf((await maintainer.get(path)).html, path) ?? {};
    expect(fields["digest"]).toBe(image.digest);
    expect(await maintainer.post(path, fields)).toMatchObject({ status: 303, location: `${BASE}/team/app/old` });
    expect((await client.tags("team/app/old")).body).toMatchObject({ tags: ["v2"] });
    await read("/team/app/-/activity", /maintainer deleted team\/app\/old@sha256:/);
    expect((await maintainer.get(`${BASE}/team/app/old/-/tags/v1`)).status).toBe(404);
  });

  it("are not deleted where the tag names another image by now", async () => {
    await pushMade(client, "team/app/moved", "v1", makeImage(LINUX));
    const path = `${BASE}/team/app/moved/-/tags/v1/delete`;
    const fields = formOf((await maintainer.get(path)).html, path) ?? {};
    await pushMade(client, "team/app/moved", "v1", makeImage(LINUX));
    const { status, html } = await maintainer.post(path, fields);
    expect([status, textOf(html)]).toEqual([422, expect.stringContaining("The tag v1 was pushed again meanwhile")]);
    expect((await client.tags("team/app/moved")).body).toMatchObject({ tags: ["v1"] });
  });

  it("are found by the registry's catalog where nobody reported them", async () => {
    await pushMade(client, "team/app/unreported", "v1", makeImage(LINUX));
    await read(BASE, /unreported/);
    const database = stage.service.container.database;
    for (const table of ["registry_events", "registry_event_counts"])
      await database.em().execute(`delete from ${table} where repository = 'team/app/unreported'`);
    expect(textOf((await maintainer.get(BASE)).html)).not.toContain("unreported");
    expect((await maintainer.post(`${BASE}/read`)).status).toBe(303);
    await stage.service.container.catalogReader.readIfDue();
    expect(await read(BASE, /unreported/)).toContain("and what the registry itself had just now");
  });

  it("are told of by the reports once the registry is gone", async () => {
    await pushMade(client, "team/app/remembered", "v1", makeImage(LINUX));
    const path = `${BASE}/team/app/remembered`;
    await read(path, /linux\/amd64/);
    await stop(registry);
    const tags = await read(path, /The registry does not answer in time/);
    expect(tags).toMatch(/v1 .* linux\/amd64 just now by ci-push bot/);
    expect(tags).not.toContain("Delete");
    expect(await read(`${path}/-/tags/v1`, /does not say what this tag names now/)).toContain("linux/amd64");
    const refused = await maintainer.get(`${path}/-/tags/v1/delete`);
    expect([refused.status, textOf(refused.html)]).toEqual([422, expect.stringContaining("does not answer in time")]);
  });
});
