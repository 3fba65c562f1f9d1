import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { shapes, watchStatements } from "../../support/statements.ts";
import {
  createOwnProject,
  createPersonalAccessToken,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let sentBy: Awaited<ReturnType<typeof watchStatements>>;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_INACTIVE_TOKEN_RETENTION_DAYS: "10" } });
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  sentBy = await watchStatements(service);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const FEW = 3;
const MANY = 30;

async function tokens(project: number, count: number, more = {}): Promise<ProjectAccessToken[]> {
  const made: ProjectAccessToken[] = [];
  for (let index = 0; index < count; index += 1)
    made.push(await createProjectAccessToken(service, project, { by: owner, ...more }));
  return made;
}

const count = async (sql: string, values: unknown[]) =>
  (await service.container.database.em().execute<unknown[]>(sql, values)).length;

describe("the statements of a deletion are the same, however many users go:", () => {
  it("those of a project, and every token has its event", async () => {
    const deletion = async (number: number) => {
      const project = await createOwnProject(owner, `app${number}`);
      const bots = (await tokens(project, number)).map(({ userId }) => userId);
      const sent = await sentBy(async () =>
        expect((await owner.client.delete(`/projects/${project}`)).status).toBe(204),
      );
      expect(await count("select 1 from users where id in (?)", [bots])).toBe(0);
      return shapes(sent);
    };
    const before = await count("select 1 from events where action = 'revoked'", []);
    expect(await deletion(MANY)).toEqual(await deletion(FEW));
    expect(await count("select 1 from events where action = 'revoked'", [])).toBe(before + MANY + FEW);
  });

  it("those of a human with many tokens, and every token has its event", async () => {
    const deletion = async (number: number) => {
      const leaver = await createUser(service, `leaver${number}`);
      for (let index = 1; index < number; index += 1) await createPersonalAccessToken(service, leaver.id, ["read_api"]);
      const sent = await sentBy(async () =>
        expect((await service.root.delete(`/users/${leaver.id}`)).status).toBe(204),
      );
      return shapes(sent);
    };
    const before = await count("select 1 from events where action = 'revoked'", []);
    expect(await deletion(MANY)).toEqual(await deletion(FEW));
    expect(await count("select 1 from events where action = 'revoked'", [])).toBe(before + MANY + FEW);
  });

  it("those of a sweep, and every expiry and every token has its event", async () => {
    const project = await createOwnProject(owner, "swept");
    const events = (action: string) =>
      count("select 1 from events where action = ? and project_id = ?", [action, project]);
    const pass = async (number: number) => {
      const tomorrow = new Date(service.clock.now().getTime() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
      const bots = (await tokens(project, number, { expires_at: tomorrow })).map(({ userId }) => userId);
      service.clock.advance({ days: 30 });
      const sent = await sentBy(async () =>
        expect(await sweepTokens(service.container)).toEqual({ expired: number, retired: 0, swept: number }),
      );
      expect(await count("select 1 from users where id in (?)", [bots])).toBe(0);
      return shapes(sent);
    };
    expect(await pass(MANY)).toEqual(await pass(FEW));
    expect(await events("expired")).toBe(MANY + FEW);
    expect(await events("revoked")).toBe(MANY + FEW);
  });
});

describe("a bot with the scope api and the level Owner", () => {
  it("deletes its own project, with all bots of it, itself included, wherever it stands among them", async () => {
    for (const place of [0, 1, 2]) {
      const project = await createOwnProject(owner, `doomed${place}`);
      const bots = await tokens(project, 3, { access_level: 50 });
      expect((await bots[place]?.client.delete(`/projects/${project}`))?.status).toBe(204);
      expect((await owner.client.get(`/projects/${project}`)).status).toBe(404);
      for (const { client, userId } of bots) {
        expect((await client.get("/user")).status).toBe(401);
        expect((await service.root.get(`/users/${userId}`)).status).toBe(404);
      }
      const authors = await service.container.database
        .em()
        .execute<{ username: string }[]>(
          "select u.username from events e join users u on u.id = e.author_id where target_type = 'Project' and target_title = ? and action = 'destroyed'",
          [`olga/doomed${place}`],
        );
      expect(authors).toEqual([{ username: "ghost" }]);
    }
  });

  it("deletes no other project, and none at a lower level", async () => {
    const own = await createOwnProject(owner, "own");
    const open = await createOwnProject(owner, "open", { visibility: "public" });
    const [bot] = await tokens(own, 1, { access_level: 50 });
    const [maintainer] = await tokens(own, 1, { access_level: 40 });
    expect((await bot?.client.delete(`/projects/${open}`))?.status).toBe(403);
    expect((await maintainer?.client.delete(`/projects/${own}`))?.status).toBe(403);
    expect((await owner.client.get(`/projects/${own}`)).status).toBe(200);
  });
});
