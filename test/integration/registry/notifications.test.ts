import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { event } from "../../support/registry-event.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../../support/world.ts";

const SECRET = "Bearer a-secret-of-the-registry";
const TYPE = "application/vnd.docker.distribution.events.v1+json";

let service: TestService;
let project: number;
let ann: number;
beforeAll(async () => {
  service = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
  await enableProjectAccessTokens(service);
  project = await createProject(service, await createGroup(service, "team"), "app");
  ann = (await createUser(service, "ann")).id;
});
afterAll(() => service.stop());

async function report(body: unknown, headers: Record<string, string> = {}, on = service): Promise<Response> {
  return await fetch(`${on.url}/registry/notifications`, {
    method: "POST",
    headers: { authorization: SECRET, "content-type": TYPE, ...headers },
    body: typeof body === "string" ? body : JSON.stringify({ events: body }),
  });
}

interface Row {
  event_id: string;
  action: string;
  project_id: number | null;
  user_id: number | null;
}
const stored = async (...ids: string[]) =>
  await service.container.database
    .em()
    .execute<Row[]>("select * from registry_events where event_id in (?) order by event_id", [ids]);

interface Count {
  day: string;
  action: string;
  project_id: number | null;
  user_id: number | null;
  count: number;
}
const counts = async (repository: string) =>
  await service.container.database.em().execute<Count[]>(
    `select day::text, action, project_id, user_id, count::int from registry_event_counts where repository = ?
     order by day, action`,
    [repository],
  );

describe("POST /registry/notifications", () => {
  it.each([
    [TYPE, "v1"],
    ["application/vnd.docker.distribution.events.v2+json", "v2"],
    ["application/json", "json"],
  ])("stores events that come as %s, of their actor and project", async (type, id) => {
    expect((await report([event({ id })], { "content-type": type })).status).toBe(200);
    expect(await stored(id)).toEqual([
      expect.objectContaining({
        action: "push",
        repository: "team/app/image",
        tag: "latest",
        digest: `sha256:${"a".repeat(64)}`,
        project_id: project,
        user_id: ann,
      }),
    ]);
  });

  it("stores an event once, however often it comes, in one report or several", async () => {
    expect(await (await report([event({ id: "twice" }), event({ id: "twice" })])).json()).toEqual({ stored: 1 });
    expect(await (await report([event({ id: "twice", action: "delete" })])).json()).toEqual({ stored: 0 });
    expect(await stored("twice")).toEqual([expect.objectContaining({ action: "push" })]);
  });

  it("stores pushes, pulls, mounts and deletions, and of pulls those alone that were GET", async () => {
    await report([
      event({ id: "a push" }),
      event({ id: "b pull", action: "pull", method: "GET" }),
      event({ id: "c head", action: "pull", method: "HEAD" }),
      event({ id: "d mount", action: "mount", target: { fromRepository: "team/base" } }),
      event({ id: "e delete", action: "delete" }),
    ]);
    const rows = await stored("a push", "b pull", "c head", "d mount", "e delete");
    expect(rows.map(({ action }) => action)).toEqual(["push", "pull", "mount", "delete"]);
    expect(rows[2]).toMatchObject({ from_repository: "team/base" });
  });

  it("gives what an actor who is gone did to the Ghost User, and what anonymous did to nobody", async () => {
    await report([event({ id: "gone", actor: "gone-since" }), event({ id: "anonymous", actor: "" })]);
    const [ghost] = await service.container.database.em().execute("select id from users where user_type = 'ghost'");
    const [anonymous, gone] = await stored("anonymous", "gone");
    expect(gone?.user_id).toBe(ghost?.id);
    expect(anonymous?.user_id).toBeNull();
  });

  it("counts everything by day, project, repository, action and author, once however often it is reported", async () => {
    const reports = [
      event({ id: "counted 1", target: { repository: "team/app/counted" } }),
      event({ id: "counted 2", target: { repository: "team/app/counted" } }),
      event({ id: "counted 3", action: "delete", target: { repository: "team/app/counted" } }),
      { ...event({ id: "counted 4", target: { repository: "team/app/counted" } }), timestamp: "2026-11-01T23:59:59Z" },
    ];
    await report(reports);
    await report(reports);
    expect(await counts("team/app/counted")).toEqual([
      { day: "2026-11-01", action: "push", project_id: project, user_id: ann, count: 1 },
      { day: "2026-11-02", action: "delete", project_id: project, user_id: ann, count: 1 },
      { day: "2026-11-02", action: "push", project_id: project, user_id: ann, count: 2 },
    ]);
  });

  it("adds the counts of a bot that is deleted to those of the Ghost User", async () => {
    const [ghost] = await service.container.database.em().execute("select id from users where user_type = 'ghost'");
    const repository = "team/app/of-bots";
    for (const round of ["first", "second"]) {
      const token = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
      const bot = (await service.root.get(`/users/${token.userId}`)).body.username;
      await report([event({ id: `${round} bot's`, actor: bot, target: { repository } })]);
      expect((await service.root.delete(`/projects/${project}/access_tokens/${token.id}`)).status).toBe(204);
    }
    expect(await counts(repository)).toEqual([
      { day: "2026-11-02", action: "push", project_id: project, user_id: ghost?.id, count: 2 },
    ]);
  });

  it("stores what belongs to no project, without one", async () => {
    await report([event({ id: "elsewhere", target: { repository: "library/alpine" } })]);
    expect(await stored("elsewhere")).toEqual([expect.objectContaining({ project_id: null, user_id: ann })]);
  });

  it("shows what was done to images among the project's events, with their authors", async () => {
    const shown = await createProject(service, await createGroup(service, "shown"), "app");
    const target = (more: Record<string, unknown> = {}) => ({ repository: "shown/app/image", ...more });
    const layer = { mediaType: "application/octet-stream" };
    const reports = [
      event({ id: "shown push", target: target() }),
      event({ id: "shown layer", target: target(layer) }),
      event({ id: "shown pull", action: "pull", method: "GET", target: target({ tag: undefined }) }),
      event({ id: "shown mount", action: "mount", target: target({ ...layer, tag: undefined, digest: "sha256:b" }) }),
      event({ id: "shown delete", action: "delete", target: target({ tag: "old", digest: undefined }) }),
      event({ id: "shown anonymous", action: "pull", method: "GET", actor: "", target: target() }),
    ];
    await report(reports);
    await report(reports);
    const { body } = await service.root.get(`/projects/${shown}/events?target_type=image&sort=asc`);
    const common = { project_id: shown, author_id: ann, target_type: "Image", target_id: null, access_token_id: null };
    expect(body).toEqual([
      expect.objectContaining({ ...common, action_name: "pushed", target_title: "shown/app/image:latest" }),
      expect.objectContaining({ action_name: "pulled", target_title: `shown/app/image@sha256:${"a".repeat(64)}` }),
      expect.objectContaining({ action_name: "mounted", target_title: "shown/app/image@sha256:b" }),
      expect.objectContaining({ action_name: "destroyed", target_title: "shown/app/image:old" }),
    ]);
    expect(body[0].created_at).toBe("2026-11-02T11:59:58.123Z");
    const pushes = await service.root.get(`/projects/${shown}/events?action=pushed`);
    expect(pushes.body).toHaveLength(1);
  });

  it("counts what became of reports", async () => {
    const counted = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
    await report([event({ id: "1" }), event({ id: "2" })], {}, counted);
    await report([event({ id: "2" }), event({ id: "3" })], {}, counted);
    await report("{", {}, counted);
    await report([event({ id: "4" })], { authorization: "Bearer wrong" }, counted);
    const page = await (await fetch(`${counted.url}/-/metrics`)).text();
    const counts = [...page.matchAll(/^keyside_registry_reports_total\{outcome="(\w+)"\} (\d+)$/gm)];
    expect(Object.fromEntries(counts.map(([, outcome, count]) => [outcome, count]))).toEqual({
      stored: "3",
      known: "1",
      unreadable: "1",
      refused: "1",
    });
    await counted.stop();
  });

  it("passes a bot's events to the Ghost User when its token is revoked", async () => {
    const token = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
    const bot = (await service.root.get(`/users/${token.userId}`)).body.username;
    await report([event({ id: "bot's", actor: bot })]);
    expect(await stored("bot's")).toEqual([expect.objectContaining({ user_id: token.userId })]);
    expect((await service.root.delete(`/projects/${project}/access_tokens/${token.id}`)).status).toBe(204);
    const [ghost] = await service.container.database.em().execute("select id from users where user_type = 'ghost'");
    expect(await stored("bot's")).toEqual([expect.objectContaining({ user_id: ghost?.id, project_id: project })]);
    const { body } = await service.root.get(`/projects/${project}/events?action=pushed`);
    expect(body.map((pushed: { author_id: number }) => pushed.author_id)).toContain(ghost?.id);
    expect(body.map((pushed: { author_id: number }) => pushed.author_id)).not.toContain(token.userId);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["another shape", '{"events":7}'],
    ["no events", '{"events":[]}'],
    ["more than a megabyte", `{"events":["${"x".repeat(1024 * 1024)}"]}`],
  ])("answers 200 to %s, since the registry would send it again for ever", async (_what, body) => {
    const response = await report(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ stored: 0 });
  });

  it.each([
    ["half a surrogate pair", event({ id: "odd", target: { tag: "\udc00" } })],
    ["the year 0", { ...event({ id: "odd" }), timestamp: "0000-01-01T00:00:00Z" }],
    ["the end of the year 9999", { ...event({ id: "odd" }), timestamp: "9999-12-31T23:59:59-12:00" }],
    ["the year 9999", { ...event({ id: "odd" }), timestamp: "9999-06-01T00:00:00Z" }],
  ])("leaves out an event with %s, and stores those that came with it", async (what, odd) => {
    const response = await report([odd, event({ id: `beside ${what}` })]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ stored: 1 });
    const { body } = await service.root.get(`/projects/${project}`);
    expect(Date.parse(body.last_activity_at)).toBeLessThanOrEqual(service.clock.now().getTime());
  });

  it("stores a long backlog in two statements, so that it answers in time", async () => {
    const events = Array.from({ length: 1000 }, (_, index) =>
      event({ id: `backlog ${index}`, target: { repository: `team/app/image${index}` } }),
    );
    expect(await (await report(events)).json()).toEqual({ stored: 1000 });
  });

  it.each(["", "Bearer wrong", SECRET.slice(0, -1), `${SECRET}x`, SECRET.toLowerCase()])(
    "answers 401 to the Authorization %j and stores nothing",
    async (authorization) => {
      expect((await report([event({ id: "forged" })], { authorization })).status).toBe(401);
      expect(await stored("forged")).toEqual([]);
      expect(service.logLines.join("")).not.toContain(SECRET);
    },
  );

  it("does not exist where no secret is configured, whatever is sent", async () => {
    const without = await startTestService();
    for (const authorization of ["", "undefined", SECRET]) {
      expect((await report([event({})], { authorization }, without)).status).toBe(404);
    }
    await without.stop();
  });
});
