import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { USER_REFERENCES } from "../../../src/users/user-references.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;
let ghostId: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
  ghostId = (await service.root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  service.container.database.em().execute<Row[]>(sql, values);

describe("every reference to users", () => {
  it("is declared, with what becomes of it: none is forgotten, none is of a table that went", async () => {
    const found = await rows<{ table_name: string; column_name: string }>(
      `select k.table_name, k.column_name from information_schema.referential_constraints c
       join information_schema.key_column_usage k on k.constraint_name = c.constraint_name
       join information_schema.constraint_column_usage u on u.constraint_name = c.constraint_name
       where u.table_name = 'users'`,
    );
    const declared = USER_REFERENCES.map(({ table, column }) => `${table}.${column}`);
    expect(declared.sort()).toEqual(found.map((row) => `${row.table_name}.${row.column_name}`).sort());
  });

  it("is kept by the ghost, or deleted for a written reason", () => {
    for (const { onDelete } of USER_REFERENCES) {
      expect(onDelete === "ghost" || onDelete.delete.length > 20).toBe(true);
    }
  });
});

describe("DELETE /projects/:id/access_tokens/:token_id", () => {
  it("hands all that the bot did to the ghost, and keeps the token for the project's history", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const { body: person } = await service.root.post("/users", {
      username: "invited",
      name: "Invited",
      email: "invited@example.com",
      force_random_password: true,
    });
    await robot.client.post(`/projects/${project}/members`, { user_id: person.id, access_level: 20 });
    await robot.client.put(`/projects/${project}`, { description: "by the robot" });
    expect((await owner.client.delete(`/projects/${project}/access_tokens/${robot.id}`)).status).toBe(204);

    const { body: events } = await owner.client.get(`/projects/${project}/events?action=updated&target_type=project`);
    expect(events[0]).toMatchObject({ author_id: ghostId, author_username: "ghost", access_token_id: robot.id });
    const { body: member } = await owner.client.get(`/projects/${project}/members/${person.id}`);
    expect(member.created_by).toMatchObject({ id: ghostId });
    const { body: token } = await owner.client.get(`/projects/${project}/access_tokens/${robot.id}`);
    expect(token).toMatchObject({ revoked: true, active: false, user_id: ghostId, name: "robot", scopes: ["api"] });
    expect((await owner.client.get(`/projects/${project}/members/${robot.userId}`)).status).toBe(404);
  });
});

describe("DELETE /users/:id", () => {
  it("revokes their tokens, removes their memberships and namespace, and hands the rest to the ghost", async () => {
    const leaver = await createUser(service, "lena");
    await addProjectMember(service, project, leaver.id, 40);
    const { body: token } = await leaver.client.post(`/projects/${project}/access_tokens`, {
      name: "left behind",
      scopes: ["read_api"],
    });
    expect((await service.root.delete(`/users/${leaver.id}`)).status).toBe(204);
    expect((await leaver.client.get("/user")).status).toBe(401);
    expect((await service.root.get(`/users/${leaver.id}`)).status).toBe(404);
    expect(await rows("select 1 from full_paths where path = 'lena'")).toEqual([]);
    // What the human made for the project goes on working: it was the project's, not theirs.
    expect((await service.as(token.token).get(`/projects/${project}`)).status).toBe(200);
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

describe("DELETE /projects/:id", () => {
  it("deletes the project, its tokens and their bots, and keeps the record of it", async () => {
    const doomed = await createOwnProject(owner, "short-lived");
    const robot = await createProjectAccessToken(service, doomed, { by: owner });
    await robot.client.post(`/projects/${doomed}/access_tokens/self/rotate`);
    expect((await owner.client.delete(`/projects/${doomed}`)).status).toBe(204);
    expect((await owner.client.get(`/projects/${doomed}`)).status).toBe(404);
    expect((await robot.client.get("/user")).status).toBe(401);
    expect((await owner.client.get(`/users/${robot.userId}`)).status).toBe(404);
    const { body: events } = await owner.client.get("/events?action=destroyed&target_type=project");
    expect(events[0]).toMatchObject({ target_title: "olga/short-lived", target_id: doomed, project_id: null });
  });

  it("is for Owners: a Maintainer is refused", async () => {
    const maintainer = await createUser(service, "max");
    await addProjectMember(service, project, maintainer.id, 40);
    expect((await maintainer.client.delete(`/projects/${project}`)).status).toBe(403);
  });
});

describe("DELETE /groups/:id", () => {
  it("refuses while the group holds a project or a group, and names them", async () => {
    const group = await createGroup(service, "full");
    await createGroup(service, "sub", group);
    const answer = await service.root.delete(`/groups/${group}`);
    expect(answer).toMatchObject({ status: 409, body: { message: expect.stringContaining("full/sub") } });
    expect((await service.root.delete("/groups/full%2Fsub")).status).toBe(204);
    expect((await service.root.delete(`/groups/${group}`)).status).toBe(204);
    expect((await service.root.get("/groups/full")).status).toBe(404);
  });
});
