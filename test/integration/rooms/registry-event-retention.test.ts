import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetRegistryEvents } from "../../../src/registry/forget-registry-events.ts";
import { event } from "../../support/registry-event.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createOwnProject, createUser, type User } from "../../support/world.ts";

const SECRET = "Bearer a-secret-of-the-registry";

let service: TestService;
let ann: User;
let project: number;
beforeAll(async () => {
  const environment = { REGISTRY_NOTIFICATION_SECRET: SECRET, KEYSIDE_EVENT_RETENTION_DAYS: "10" };
  service = await startTestService({ environment });
  ann = await createUser(service, "ann");
  project = await createOwnProject(ann, "app");
});
afterAll(() => service.stop());

const rows = async (sql: string) => await service.container.database.em().execute(sql);

describe("the retention of what registries report", () => {
  it("forgets pushes and pulls after its days, not before, and keeps their counts and all other events", async () => {
    const target = { repository: "ann/app/image" };
    const reports = ["2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"].map((timestamp, index) => ({
      ...event({ id: `kept ${index}`, target }),
      timestamp,
    }));
    service.clock.set(new Date("2026-11-03T12:00:00Z"));
    const response = await fetch(`${service.url}/registry/notifications`, {
      method: "POST",
      headers: { authorization: SECRET },
      body: JSON.stringify({ events: reports }),
    });
    expect(await response.json()).toEqual({ stored: 2 });
    const kept = async () => ({
      reports: (await rows("select event_id from registry_events order by 1")).map(({ event_id }) => event_id),
      events: (await ann.client.get(`/projects/${project}/events`)).body.map(
        ({ action_name, target_type }: Record<string, string>) => `${action_name} ${target_type}`,
      ),
    });
    service.clock.set(new Date("2026-11-12T23:59:59Z"));
    await forgetRegistryEvents(service.container);
    expect(await kept()).toEqual({
      reports: ["kept 0", "kept 1"],
      events: ["pushed Image", "created Project", "pushed Image"],
    });
    service.clock.set(new Date("2026-11-13T00:00:00Z"));
    await forgetRegistryEvents(service.container);
    expect(await kept()).toEqual({ reports: ["kept 1"], events: ["pushed Image", "created Project"] });
    expect(await rows("select day::text, count::int from registry_event_counts order by day")).toEqual([
      { day: "2026-11-02", count: 1 },
      { day: "2026-11-03", count: 1 },
    ]);
  });

  it("takes on more than one batch", async () => {
    await rows(`insert into registry_events (created_at, event_id, happened_at, action, repository)
      select now(), 'old ' || n, '2020-01-01', 'push', 'ann/app/old' from generate_series(1, 20001) as n`);
    await forgetRegistryEvents(service.container);
    expect(await rows("select 1 from registry_events where repository = 'ann/app/old'")).toEqual([]);
  });
});
