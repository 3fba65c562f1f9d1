import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listEvents } from "../../../src/events/list-events.ts";
import type { EventFilter } from "../../../src/events/matching-events.ts";
import { keptPush, type PushData } from "../../../src/events/push-data.ts";
import { recordEvents } from "../../../src/events/record-event.ts";
import { OF_FIVE, PUSH, type RecordedPush, recordPush } from "../../support/record-push.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;
let robot: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
  robot = await createProjectAccessToken(service, project, { by: owner });
});
afterAll(() => service.stop());

const em = () => service.container.database.em();
const push = (otherwise: Partial<RecordedPush>) =>
  recordPush(service, { by: { userId: robot.userId, tokenId: robot.id }, projectId: project, ...otherwise });

/** The pushes among the events of a project, the latest first, by the names of their refs. */
async function pushed(query: string, of = project): Promise<unknown[]> {
  const { body } = await owner.client.get(`/projects/${of}/events?${query}`);
  return body.map((event: { target_title: string | null; push_data?: { ref: string } }) =>
    event.push_data === undefined ? event.target_title : event.push_data.ref,
  );
}

describe("a push by Git", () => {
  it("is an event without a target, in GitLab's shape", async () => {
    await push({});
    const { body } = await owner.client.get(`/projects/${project}/events`);
    expect(body[0]).toEqual({
      id: expect.any(Number),
      project_id: project,
      action_name: "pushed to",
      target_id: null,
      target_type: null,
      target_title: null,
      author_id: robot.userId,
      author: expect.objectContaining({ id: robot.userId }),
      author_username: expect.stringMatching(/^project_/),
      created_at: service.clock.now().toISOString(),
      push_data: {
        commit_count: 3,
        action: "pushed",
        ref_type: "branch",
        commit_from: PUSH.commitFrom,
        commit_to: PUSH.commitTo,
        ref: "main",
        commit_title: "Fix the build",
        ref_count: null,
      },
      access_token_id: robot.id,
      address: null,
    });
    for (const event of body.slice(1)) {
      expect(event).not.toHaveProperty("push_data");
      expect(event.target_type).not.toBeNull();
    }
    expect((await robot.client.get("/events")).body[0]).toEqual(body[0]);
    const { body: shown } = await owner.client.get(`/projects/${project}`);
    expect(shown.last_activity_at).toBe(service.clock.now().toISOString());
  });

  it.each([
    [
      { action: "created", refType: "tag", ref: "v1", commitFrom: null },
      "pushed new",
      { ref: "v1", commit_from: null },
    ],
    [{ action: "removed", ref: "old", commitTo: null, commitTitle: null }, "deleted", { ref: "old", commit_to: null }],
    [{ ...OF_FIVE, action: "created" }, "pushed new", { ref: null, ref_count: 5, commit_count: 0, commit_title: null }],
  ] as const)("names what it did: %j", async (otherwise, actionName, data) => {
    await push(otherwise);
    const { body } = await owner.client.get(`/projects/${project}/events?per_page=1`);
    expect(body).toMatchObject([{ action_name: actionName, push_data: data }]);
  });

  it("keeps 70 characters of a title, and nothing that the database takes for no text", async () => {
    await push({ commitTitle: `nu\0ll ${"😀".repeat(100)}` });
    const { body } = await owner.client.get(`/projects/${project}/events?per_page=1`);
    expect(body[0].push_data.commit_title).toBe(`null ${"😀".repeat(64)}…`);
  });

  it("is recorded in its order, in one statement with whatever else is", async () => {
    const of = await createOwnProject(owner, "ordered");
    const common = { by: { userId: owner.id, tokenId: null }, projectId: of, at: service.clock.now() };
    const target = { type: "Project", id: of, title: "between" } as const;
    const sent = await service.container.database.transaction(async (within) => {
      const execute = vi.spyOn(within, "execute");
      await recordEvents(within, [
        { ...common, push: { ...PUSH, ref: "first" } },
        { ...common, action: "updated", target },
        { ...common, push: { ...PUSH, ref: "last" } },
      ]);
      return execute.mock.calls.length;
    });
    expect(sent).toBe(1);
    expect((await pushed("sort=asc", of)).slice(-3)).toEqual(["first", "between", "last"]);
  });
});

describe("a list of events", () => {
  let of: number;
  const find = async (filter: Omit<EventFilter, "sort">) => {
    const page = { limit: 100, offset: 0 };
    const { events } = await listEvents(em(), { projectId: of }, { ...filter, sort: "asc" }, page);
    return events.map(({ targetTitle, pushData }) => pushData?.ref ?? targetTitle);
  };

  beforeAll(async () => {
    of = await createOwnProject(owner, "filtered");
    const pushes: Partial<PushData>[] = [
      { ref: "main" },
      { action: "created", ref: "feature/100%_done" },
      { action: "removed", ref: "main-old" },
    ];
    for (const each of pushes) await push({ projectId: of, ...each });
    await em().execute(
      `insert into events (created_at, author_id, action, target_type, target_title, project_id)
       select ?::timestamptz, ?::int, action, 'Image', 'olga/filtered:' || action, ?::int
       from unnest(array['pushed', 'pulled', 'destroyed']) as action`,
      [service.clock.now(), owner.id, of],
    );
  });

  it("finds by pushed what was pushed, deleted branches too, and images", async () => {
    const found = ["main", "feature/100%_done", "main-old", "olga/filtered:pushed"];
    expect(await pushed("action=pushed&sort=asc", of)).toEqual(found);
    expect(await pushed("action=pushed&target_type=image", of)).toEqual(["olga/filtered:pushed"]);
    expect(await pushed("action=destroyed", of)).toEqual(["olga/filtered:destroyed"]);
  });

  it.each(["pushed_to", "pushed to", "deleted"])("is not asked for by %s, as at GitLab", async (action) => {
    const query = new URLSearchParams({ action });
    expect((await owner.client.get(`/projects/${of}/events?${query}`)).status).toBe(400);
  });

  it("has a push where its branch or tag is called so, and not where others are", async () => {
    expect(await find({ text: "MAIN" })).toEqual(["main", "main-old"]);
    expect(await find({ text: "100%_" })).toEqual(["feature/100%_done"]);
    expect(await find({ text: "00_%" })).toEqual([]);
    expect(await find({ text: "commitTitle" })).toEqual([]);
    expect(await find({ text: "filtered:pu" })).toEqual(["olga/filtered:pushed", "olga/filtered:pulled"]);
  });

  it("has pushes alone where no target is wanted", async () => {
    expect(await find({ targetType: null })).toEqual(["main", "feature/100%_done", "main-old"]);
  });
});

describe("the event of a push", () => {
  it("is the ghost's after the revocation of the token that pushed, and says the same", async () => {
    const of = await createOwnProject(owner, "haunted");
    const gone = await createProjectAccessToken(service, of, { by: owner });
    const by = { userId: gone.userId, tokenId: gone.id };
    await recordPush(service, { by, projectId: of, ref: "kept" });
    const events = async () => (await owner.client.get(`/projects/${of}/events?action=pushed`)).body;
    const [before] = await events();
    expect((await owner.client.delete(`/projects/${of}/access_tokens/${gone.id}`)).status).toBe(204);
    const [after] = await events();
    expect(before.author_id).toBe(gone.userId);
    expect(after.push_data).toMatchObject({ ref: "kept" });
    const { author, author_id, author_username, ...rest } = after;
    expect([author.username, author_username]).toEqual(["ghost", "ghost"]);
    expect(author_id).not.toBe(gone.userId);
    expect(before).toMatchObject(rest);
  });

  it("outlives its project", async () => {
    const of = await createOwnProject(owner, "deleted");
    await recordPush(service, { by: { userId: owner.id, tokenId: null }, projectId: of, ref: "of a deleted one" });
    expect((await owner.client.delete(`/projects/${of}`)).status).toBe(204);
    const { body } = await owner.client.get("/events?action=pushed&per_page=1");
    expect(body).toMatchObject([{ project_id: null, push_data: { ref: "of a deleted one" } }]);
  });
});

describe("the database", () => {
  const insert = (values: Record<string, unknown>) => {
    const row = { created_at: service.clock.now(), author_id: owner.id, project_id: project, ...values };
    return em().execute("insert into events select * from jsonb_populate_record(null::events, ?::jsonb) returning id", [
      JSON.stringify({ id: 1_000_000, ...row }),
    ]);
  };
  const pushData = keptPush(PUSH);

  it("takes an event with a target, or with a push", async () => {
    const rolledBack = new Error("rolled back");
    const both = service.container.database.transaction(async (within) => {
      const target = { action: "created", target_type: "Project", target_title: "app" };
      const row = { created_at: service.clock.now(), author_id: owner.id };
      for (const [id, values] of [target, { action: "pushed_to", push_data: pushData }].entries())
        await within.execute("insert into events select * from jsonb_populate_record(null::events, ?::jsonb)", [
          JSON.stringify({ id: 1_000_000 + id, ...row, ...values }),
        ]);
      throw rolledBack;
    });
    await expect(both).rejects.toBe(rolledBack);
  });

  it.each([
    ["neither a target nor a push", { action: "created" }, "events_target_or_push_check"],
    ["a target without a title", { action: "created", target_type: "Project" }, "events_target_or_push_check"],
    ["a title without a target", { action: "created", target_title: "app" }, "events_target_or_push_check"],
    [
      "both",
      { action: "pushed_to", push_data: pushData, target_type: "Project", target_title: "app" },
      "events_target_or_push_check",
    ],
    [
      "a push with a number of a target",
      { action: "deleted", push_data: pushData, target_id: 1 },
      "events_target_or_push_check",
    ],
    ["a push that is called otherwise", { action: "pushed", push_data: pushData }, "events_push_action_check"],
    [
      "something else that is called a push",
      { action: "pushed_new", target_type: "Project", target_title: "app" },
      "events_push_action_check",
    ],
  ])("refuses an event with %s", async (_what, values, constraint) => {
    await expect(insert(values)).rejects.toThrow(constraint);
  });
});

describe("a project", () => {
  it("has no default branch until there is one", async () => {
    const of = await createOwnProject(owner, "branched");
    const shown = async () => (await owner.client.get(`/projects/${of}`)).body.default_branch;
    expect(await shown()).toBeNull();
    await em().execute("update projects set default_branch = 'trunk' where id = ?", [of]);
    expect(await shown()).toBe("trunk");
  });
});
