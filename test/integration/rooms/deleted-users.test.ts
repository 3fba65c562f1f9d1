import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { USER_REFERENCES } from "../../../src/users/user-references.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  service.container.database.em().execute<Row[]>(sql, values);

describe("DELETE /users/:id", () => {
  it("revokes their tokens, removes their memberships and namespace, and hands the rest to the ghost", async () => {
    const leaver = await createUser(service, "lena");
    await addProjectMember(service, project, leaver.id, 40);
    const token = await createProjectAccessToken(service, project, { by: leaver, scopes: ["read_api"] });
    expect((await service.root.delete(`/users/${leaver.id}`)).status).toBe(204);
    expect((await leaver.client.get("/user")).status).toBe(401);
    expect((await service.root.get(`/users/${leaver.id}`)).status).toBe(404);
    expect(await rows("select 1 from namespaces where name = 'lena'")).toEqual([]);
    // What the human made for the project goes on working: it was the project's, not theirs.
    expect((await token.client.get(`/projects/${project}`)).status).toBe(200);
    const { body: events } = await owner.client.get(`/projects/${project}/events?target_type=access_token`);
    expect(events[0]).toMatchObject({ target_id: token.id, action_name: "created", author_username: "ghost" });
    expect((await createUser(service, "lena")).id).not.toBe(leaver.id);
  });

  it("refuses while their namespace holds a project, and names it", async () => {
    const answer = await service.root.delete(`/users/${owner.id}`);
    expect(answer.status).toBe(409);
    expect(answer.body.message).toContain("olga/app");
    expect((await owner.client.get("/user")).status).toBe(200);
  });

  it("refuses the only Owner of a group", async () => {
    const leader = await createUser(service, "lea");
    await leader.client.post("/groups", { name: "Alone", path: "alone" });
    expect(await service.root.delete(`/users/${leader.id}`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("only Owner of the group alone") },
    });
  });

  it("refuses administrators themselves, and everybody else", async () => {
    const { body: root } = await service.root.get("/user");
    expect((await service.root.delete(`/users/${root.id}`)).status).toBe(400);
    expect((await owner.client.delete(`/users/${root.id}`)).status).toBe(403);
  });
});

describe("a failure half-way", () => {
  /** Every row of every table, to compare. */
  async function everything(): Promise<unknown> {
    const tables = await rows<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
    );
    const contents: unknown[] = [];
    for (const { name } of tables) contents.push([name, await rows("select * from ?? t order by t::text", [name])]);
    return contents;
  }

  /** Lets the `step`th statement that changes something fail; answers whether there was one. */
  async function failAt(step: number, work: () => Promise<{ status: number }>): Promise<boolean> {
    const connection = service.container.database.em().getConnection();
    const execute = connection.execute.bind(connection);
    let changes = 0;
    const spy = vi.spyOn(connection, "execute").mockImplementation((...args: Parameters<typeof execute>) => {
      if (/^\s*(insert|update|delete)/i.test(String(args[0]))) {
        changes += 1;
        if (changes === step) return Promise.reject(new Error("injected"));
      }
      return execute(...args);
    });
    try {
      const { status } = await work();
      expect(status).toBe(changes < step ? 204 : 500);
    } finally {
      spy.mockRestore();
    }
    return changes >= step;
  }

  async function failEverywhere(work: () => Promise<{ status: number }>): Promise<number> {
    await service.container.lastUse.flush();
    const before = await everything();
    for (let step = 1; ; step += 1) {
      if (!(await failAt(step, work))) return step - 1;
      await service.container.lastUse.flush();
      expect(await everything()).toEqual(before);
    }
  }

  it("leaves everything as it was when a token is revoked, whichever step fails", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await robot.client.put(`/projects/${project}`, { description: "something to hand over" });
    const steps = await failEverywhere(() => owner.client.delete(`/projects/${project}/access_tokens/${robot.id}`));
    expect(steps).toBeGreaterThan(USER_REFERENCES.length);
  });

  it("leaves everything as it was when a human is deleted, whichever step fails", async () => {
    const leaver = await createUser(service, "leo");
    const steps = await failEverywhere(() => service.root.delete(`/users/${leaver.id}`));
    expect(steps).toBeGreaterThan(USER_REFERENCES.length);
  });

  it("leaves everything as it was when a project is deleted, whichever step fails", async () => {
    const doomed = await createOwnProject(owner, "doomed");
    await createProjectAccessToken(service, doomed, { by: owner });
    const steps = await failEverywhere(() => owner.client.delete(`/projects/${doomed}`));
    expect(steps).toBeGreaterThan(USER_REFERENCES.length);
    expect(await rows("select 1 from access_tokens where project_id = ?", [doomed])).toEqual([]);
  });
});
