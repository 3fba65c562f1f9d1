import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { event } from "../../support/registry-event.ts";
import { rowsExamined } from "../../support/rows-examined.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import {
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
let project: number;
beforeAll(async () => {
  service = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
  ann = await createUser(service, "ann");
  project = await createOwnProject(ann, "app", { visibility: "public" });
});
afterAll(() => service.stop());

const rows = async (sql: string, values: unknown[] = []) => await service.container.database.em().execute(sql, values);

describe("somebody without an account", () => {
  it("pulls again and again, and fills the database by one row a day", async () => {
    const pull = (index: number) =>
      event({ id: `pull ${index}`, action: "pull", method: "GET", actor: "", target: { repository: "ann/app/image" } });
    for (let round = 0; round < 3; round += 1) {
      const response = await fetch(`${service.url}/registry/notifications`, {
        method: "POST",
        headers: { authorization: SECRET },
        body: JSON.stringify({ events: Array.from({ length: 50 }, (_, index) => pull(50 * round + index)) }),
      });
      expect(await response.json()).toEqual({ stored: 50 });
    }
    expect(await rows("select 1 from registry_events")).toEqual([]);
    expect(await rows("select project_id, user_id, count::int from registry_event_counts")).toEqual([
      { project_id: project, user_id: null, count: 150 },
    ]);
  });
});

describe("a project with events without number", () => {
  beforeAll(async () => {
    await rows(
      `insert into events (created_at, author_id, action, target_type, target_title, project_id)
       select timestamptz '2026-11-01', ?, 'pulled', 'Image', 'ann/app/image', ? from generate_series(1, 10000)`,
      [ann.id, project],
    );
    await rows("analyze events");
  });
  afterAll(() => vi.restoreAllMocks());

  it("is shown with its last activity, and nobody reads them for it", async () => {
    const sentBy = await watchStatements(service);
    for (const path of [`/projects/${project}`, "/projects"]) {
      const statements = await sentBy(async () => expect((await ann.client.get(path)).status).toBe(200));
      let examined = 0;
      for (const [index, { text, values }] of statements.entries()) {
        if (/^\s*(select|with)/i.test(text)) {
          examined += await rowsExamined(service, { name: `${path} ${index}`, text, values });
        }
      }
      expect(examined).toBeGreaterThan(0);
      expect(examined).toBeLessThan(100);
    }
  });

  it("is listed a page at a time, and nobody counts them all", async () => {
    const list = async (query: string) => await ann.client.get(`/projects/${project}/events?${query}`);
    // 10,000 pulls, and that the project was created.
    const first = await list("per_page=100");
    expect(first.body).toHaveLength(100);
    expect(first.headers.get("x-total")).toBeNull();
    expect(first.headers.get("x-total-pages")).toBeNull();
    expect(first.headers.get("x-next-page")).toBe("2");
    expect(first.headers.get("link")).not.toContain('rel="last"');
    const last = await list("per_page=100&page=101");
    expect(last.body).toHaveLength(1);
    expect(last.headers.get("x-next-page")).toBe("");
    expect((await list("action=pulled")).headers.get("x-total")).toBe("10000");
    expect((await list("target_type=project")).headers.get("x-total")).toBe("1");
  });
});

describe("a project with counts without number beside another's", () => {
  /** The days of the counts, their repositories, and how many of each. */
  const [days, names] = [200, 10];
  let other: number;
  let token: ProjectAccessToken;

  beforeAll(async () => {
    await enableProjectAccessTokens(service);
    other = await createOwnProject(ann, "counted");
    token = await createProjectAccessToken(service, other, { by: ann });
    const second = await createProjectAccessToken(service, other, { by: ann });
    await rows(
      `insert into registry_event_counts (day, project_id, repository, action, user_id, count)
       select date '2026-11-02' - day, project_id, 'image' || name, 'pull', user_id, 1
       from generate_series(0, ? - 1) as day, generate_series(1, ?) as name,
         (values (?::int, null::int), (?::int, ?::int), (?::int, ?::int), (?::int, ?::int)) as who (project_id, user_id)`,
      [days, names, project, project, token.userId, other, token.userId, other, second.userId],
    );
    await rows("analyze registry_event_counts");
  });
  afterAll(() => vi.restoreAllMocks());

  /** How many counts are read for an answer. */
  async function examined(path: string): Promise<number> {
    const sentBy = await watchStatements(service);
    const sent = await sentBy(async () => expect((await ann.client.get(path)).status).toBe(200));
    vi.restoreAllMocks();
    let sum = 0;
    for (const [index, { text, values }] of sent.entries()) {
      if (!text.includes("registry_event_counts")) continue;
      sum += await rowsExamined(service, { name: `${path} ${index}`, text, values }, ["registry_event_counts"]);
    }
    return sum;
  }

  it.each(["day", "repository", "author"])(
    "is counted by %s, and none of the other's is read for it",
    async (group) => {
      const read = await examined(`/projects/${other}/registry/activity?group_by=${group}`);
      // In 30 days, by two bots.
      expect(read).toBe(30 * names * 2);
    },
  );

  it("tells the use of one of its tokens, and reads what that one's bot did there, once for each list", async () => {
    const read = await examined(`/projects/${other}/access_tokens/${token.id}/usage`);
    expect(read).toBe(2 * 30 * names);
  });
});
