import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeRegistryEvents } from "../../../src/registry/store-registry-events.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createGroup, createProject, createUser, type User } from "../../support/world.ts";

let service: TestService;
let ann: User;

beforeAll(async () => {
  service = await startTestService();
  ann = await createUser(service, "ann");
});
afterAll(() => service.stop());

/** A group with a project `app` in it, both deleted. */
async function goneGroup(path: string): Promise<void> {
  const group = await createGroup(service, path);
  await service.root.delete(`/projects/${await createProject(service, group, "app")}`);
  await service.root.delete(`/groups/${group}`);
}

/** What a registry reports: a push into each repository, on its day. */
async function report(days: Readonly<Record<string, string>>): Promise<void> {
  const events = Object.entries(days).map(([repository, day]) => ({
    id: `${repository} ${day}`,
    happenedAt: new Date(`${day}T10:00:00Z`),
    action: "push" as const,
    repository,
    fromRepository: null,
    digest: null,
    tag: null,
    mediaType: null,
    actor: "",
  }));
  await storeRegistryEvents(service.container, events);
}

describe("GET /deleted_paths/:path", () => {
  it("shows what registries reported under the path, and whose Owners may take it", async () => {
    const group = await createGroup(service, "acme");
    await service.root.delete(`/projects/${await createProject(service, group, "app")}`);
    await report({
      "acme/app": "2026-10-01",
      "acme/app/api": "2026-10-02",
      "acme/application": "2026-10-03",
      "other/app": "2026-10-04",
    });
    await report({ "acme/app/api": "2026-10-05" });
    // Reports are forgotten after a while; what was reported is not.
    await service.container.database.em().execute("delete from registry_events");
    expect(await service.root.get("/deleted_paths/Acme%2FApp")).toMatchObject({
      status: 200,
      body: {
        path: "acme/app",
        deleted_at: service.clock.now().toISOString(),
        namespace_id: group,
        repositories: [
          { name: "acme/app", last_reported_on: "2026-10-01" },
          { name: "acme/app/api", last_reported_on: "2026-10-05" },
        ],
        repositories_total: 2,
      },
    });
  });

  it("knows no namespace at the top level, nor one that is gone", async () => {
    await goneGroup("gone");
    for (const path of ["gone", "gone%2Fapp"]) {
      const { body } = await service.root.get(`/deleted_paths/${path}`);
      expect(body).toMatchObject({ namespace_id: null, repositories: [], repositories_total: 0 });
    }
  });

  it("names 100 repositories, and says how many there are", async () => {
    await goneGroup("many");
    const repositories = Array.from({ length: 130 }, (_, index) => [`many/app/${index}`, "2026-10-01"]);
    await report(Object.fromEntries(repositories));
    const { body } = await service.root.get("/deleted_paths/many");
    expect([body.repositories.length, body.repositories_total]).toEqual([100, 130]);
  });

  it("finds neither a path that something has, nor one that nothing had", async () => {
    await createGroup(service, "alive");
    for (const path of ["alive", "ann", "nothing"]) {
      const missing = { status: 404, body: { message: "404 Deleted Path Not Found" } };
      expect(await service.root.get(`/deleted_paths/${path}`)).toMatchObject(missing);
      expect(await service.root.delete(`/deleted_paths/${path}`)).toMatchObject(missing);
    }
    expect((await service.root.get("/groups/alive")).status).toBe(200);
  });
});

describe("DELETE /deleted_paths/:path", () => {
  it("lets anybody have the path, keeps those below it, and is written down", async () => {
    await goneGroup("free");
    expect((await service.root.delete("/deleted_paths/free")).status).toBe(204);
    const again = await ann.client.post("/groups", { name: "Free", path: "free" });
    expect(again.status).toBe(201);
    expect(again.headers.get("warning")).toBeNull();
    const below = { path: "app", namespace_id: again.body.id };
    expect((await ann.client.post("/projects", below)).status).toBe(409);
    expect((await service.root.delete("/deleted_paths/free%2Fapp")).status).toBe(204);
    expect((await ann.client.post("/projects", below)).status).toBe(201);
    const { body: events } = await service.root.get("/events?action=released&target_type=path");
    expect(events.map(({ target_title }: { target_title: string }) => target_title)).toEqual(["free/app", "free"]);
  });

  it("is for administrators", async () => {
    await goneGroup("kept");
    expect((await ann.client.delete("/deleted_paths/kept")).status).toBe(403);
    expect((await service.root.get("/deleted_paths/kept")).status).toBe(200);
  });
});
