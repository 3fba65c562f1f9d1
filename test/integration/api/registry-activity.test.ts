import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetRegistryEvents } from "../../../src/registry/forget-registry-events.ts";
import { event } from "../../support/registry-event.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

const SECRET = "Bearer a-secret-of-the-registry";

let service: TestService;
let ann: User;
let app: number;
let robot: ProjectAccessToken;
let bot: { readonly id: number; readonly username: string; readonly name: string };

beforeAll(async () => {
  service = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
  await enableProjectAccessTokens(service);
  ann = await createUser(service, "ann");
  app = await createOwnProject(ann, "app", { visibility: "public" });
  await createOwnProject(ann, "other");
  robot = await createProjectAccessToken(service, app, { by: ann });
  const { id, username, name } = (await robot.client.get("/user")).body;
  bot = { id, username, name };
  await report([
    ["2026-10-01", "push", "ann/app/web", "ann"],
    ["2026-11-01", "push", "ann/app/web", "ann"],
    ["2026-11-01", "mount", "ann/app/web", "ann"],
    ["2026-11-01", "pull", "ann/app/web", ""],
    ["2026-11-02", "pull", "ann/app/web", ""],
    ["2026-11-02", "pull", "ann/app/web", bot.username],
    ["2026-11-02", "pull", "ann/app/db", bot.username],
    ["2026-11-02", "pull", "ann/app/db", bot.username],
    ["2026-11-02", "delete", "ann/app", "ann"],
    ["2026-11-02", "pull", "ann/other", bot.username],
  ]);
  service.clock.set(new Date("2026-11-02T13:00:00Z"));
});
afterAll(() => service.stop());

async function report(events: readonly (readonly [string, string, string, string])[]) {
  const body = events.map(([day, action, repository, actor], index) => ({
    ...event({ id: `report ${index}`, action, method: "GET", actor, target: { repository } }),
    timestamp: `${day}T11:00:00Z`,
  }));
  const headers = { authorization: SECRET };
  const url = `${service.url}/registry/notifications`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ events: body }) });
  expect(await response.json()).toEqual({ stored: events.length });
}

const activity = (query: string) => ann.client.get(`/projects/${app}/registry/activity?${query}`);
const counts = (pulls: number, pushes = 0, mounts = 0, deletes = 0) => ({ pulls, pushes, mounts, deletes });
const annHerself = () => ({ id: ann.id, username: "ann", name: "ann" });

describe("GET /projects/:id/registry/activity", () => {
  it("counts by day, the latest first, for 30 days unless asked for others", async () => {
    const days = [
      { day: "2026-11-02", ...counts(4, 0, 0, 1) },
      { day: "2026-11-01", ...counts(1, 1, 1) },
    ];
    expect(await activity("")).toMatchObject({ status: 200, body: days });
    expect((await activity("group_by=day&from=2026-10-01")).body).toEqual([
      ...days,
      { day: "2026-10-01", ...counts(0, 1) },
    ]);
    expect((await activity("from=2026-11-01&to=2026-11-01")).body).toEqual([days[1]]);
    expect((await activity("from=2026-10-02&to=2026-10-31")).body).toEqual([]);
  });

  it("counts by repository, the most used first", async () => {
    expect((await activity("group_by=repository")).body).toEqual([
      { repository: "ann/app/web", ...counts(3, 1, 1) },
      { repository: "ann/app/db", ...counts(2) },
      { repository: "ann/app", ...counts(0, 0, 0, 1) },
    ]);
  });

  it("counts by author, the most active first; anonymous is nobody", async () => {
    expect((await activity("group_by=author&from=2026-10-01")).body).toEqual([
      { author: annHerself(), ...counts(0, 2, 1, 1) },
      { author: bot, ...counts(3) },
      { author: null, ...counts(2) },
    ]);
  });

  it("comes in pages, like all lists, also beyond the last", async () => {
    const [one, two, beyond] = await Promise.all(
      [1, 2, 9].map((page) => activity(`group_by=author&from=2026-10-01&per_page=2&page=${page}`)),
    );
    expect(one?.body.map(({ author }: { author: { id: number } | null }) => author?.id)).toEqual([ann.id, bot.id]);
    expect(two?.body).toEqual([{ author: null, ...counts(2) }]);
    expect(beyond?.body).toEqual([]);
    for (const answer of [one, two, beyond]) expect(answer?.headers.get("x-total")).toBe("3");
    expect(one?.headers.get("x-next-page")).toBe("2");
    expect((await activity("page=2147483647&per_page=100")).body).toEqual([]);
  });

  it("stays when the reports are forgotten, and passes to the Ghost User with the bot's end", async () => {
    const before = (await activity("from=2026-10-01&group_by=repository")).body;
    service.clock.set(new Date("2027-06-01T12:00:00Z"));
    await forgetRegistryEvents(service.container);
    expect(await service.container.database.em().execute("select 1 from registry_events")).toEqual([]);
    expect((await activity("from=2026-10-01&group_by=repository")).body).toEqual(before);
    await ann.client.delete(`/projects/${app}/access_tokens/${robot.id}`);
    const { body } = await activity("from=2026-10-01&group_by=author");
    expect(body[1]).toMatchObject({ author: { username: "ghost", name: "Ghost User" }, ...counts(3) });
    service.clock.set(new Date("2026-11-02T13:00:00Z"));
  });

  it("refuses to group by anything else, by name", async () => {
    expect(await activity("group_by=digest")).toMatchObject({
      status: 400,
      body: { error: 'group_by does not have a valid value: "digest" is not one of day, repository, author' },
    });
  });

  it("is for those who see the project's events: its Reporters, not a Guest, a stranger or another project's bot", async () => {
    const reporter = await createUser(service, "rita");
    const guest = await createUser(service, "gus");
    const stranger = await createUser(service, "sam");
    const hidden = await createOwnProject(ann, "hidden");
    for (const project of [app, hidden]) {
      await addProjectMember(service, project, reporter.id, 20);
      await addProjectMember(service, project, guest.id, 10);
    }
    const foreign = await createProjectAccessToken(service, app, { by: ann });
    const statuses = async (project: number, path: string) => {
      const found: number[] = [];
      for (const client of [reporter.client, guest.client, stranger.client, foreign.client, service.as(undefined)])
        found.push((await client.get(`/projects/${project}/${path}`)).status);
      return found;
    };
    expect(await statuses(app, "registry/activity")).toEqual([200, 403, 403, 200, 401]);
    expect(await statuses(hidden, "registry/activity")).toEqual([200, 403, 404, 404, 401]);
    for (const project of [app, hidden])
      expect(await statuses(project, "registry/activity")).toEqual(await statuses(project, "events"));
  });
});
