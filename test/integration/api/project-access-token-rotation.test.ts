import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SecretReuse } from "../../../src/access-tokens/secret-reuse.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createStaffedProject,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ({ owner, maintainer, project } = await createStaffedProject(service));
});
afterAll(() => service.stop());

const tokens = () => `/projects/${project}/access_tokens`;

describe("POST /projects/:id/access_tokens/:token_id/rotate", () => {
  it("gives the same bot a new secret, of the same name, scopes and level, and kills the old one", async () => {
    const robot = await createProjectAccessToken(service, project, {
      by: owner,
      scopes: ["read_api"],
      access_level: 30,
    });
    const rotated = await maintainer.client.post(`${tokens()}/${robot.id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body).toMatchObject({
      name: "robot",
      scopes: ["read_api"],
      access_level: 30,
      user_id: robot.userId,
      active: true,
      revoked: false,
    });
    expect(rotated.body.id).not.toBe(robot.id);
    expect(await service.as(rotated.body.token).get("/user")).toMatchObject({
      status: 200,
      body: { id: robot.userId },
    });
    expect(await robot.client.get("/user")).toMatchObject({ status: 401, body: { error: "invalid_token" } });
    const old = await owner.client.get(`${tokens()}/${robot.id}`);
    expect(old.body).toMatchObject({ active: false, revoked: true, user_id: robot.userId });
  });

  it("lets the new token live a week, or until the date that is asked for", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const week = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    expect(week.body.expires_at).toBe("2026-11-09");
    const dated = await owner.client.post(`${tokens()}/${week.body.id}/rotate`, { expires_at: "2027-03-01" });
    expect(dated.body.expires_at).toBe("2027-03-01");
  });

  it("refuses a token that was rotated already", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    const again = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    expect(again).toMatchObject({ status: 400, body: { message: "400 Bad request - token already revoked" } });
  });

  it("refuses an expiry date that is not after today", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const refused = await owner.client.post(`${tokens()}/${robot.id}/rotate`, { expires_at: "2026-11-02" });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatch(/^expires_at is invalid/);
    expect((await robot.client.get("/user")).status).toBe(200);
  });

  it("refuses a Maintainer the token of an Owner's level", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, access_level: 50 });
    const refused = await maintainer.client.post(`${tokens()}/${robot.id}/rotate`);
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain("above your own");
  });

  it("refuses a bot every token but its own", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const other = await createProjectAccessToken(service, project, { by: owner });
    const refused = await robot.client.post(`${tokens()}/${other.id}/rotate`);
    expect(refused).toMatchObject({
      status: 403,
      body: { message: "403 Forbidden: a bot user may rotate no access token but its own" },
    });
  });

  it("answers 404 for a token of another project", async () => {
    const elsewhere = await createOwnProject(owner, "elsewhere");
    const robot = await createProjectAccessToken(service, elsewhere, { by: owner });
    expect((await owner.client.post(`${tokens()}/${robot.id}/rotate`)).status).toBe(404);
  });

  it("answers 404 and names the flag while the feature is off", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const flag = { value: false, project: String(project) };
    await service.root.post("/features/resource_access_token", flag);
    const refused = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    await service.root.post("/features/resource_access_token", { ...flag, value: true });
    expect(refused.status).toBe(404);
    expect(refused.body.message).toContain("resource_access_token");
  });
});

describe("POST /projects/:id/access_tokens/self/rotate", () => {
  it("rotates the token that is presented", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const rotated = await robot.client.post(`${tokens()}/self/rotate`);
    expect(rotated).toMatchObject({ status: 200, body: { user_id: robot.userId } });
    expect((await service.as(rotated.body.token).get("/user")).status).toBe(200);
  });

  it("lets a token without an end go on without one where it says so, and gives it a week where it says nothing", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const endless = await robot.client.post(`${tokens()}/self/rotate`, { expires_at: null });
    expect(endless).toMatchObject({ status: 200, body: { expires_at: null } });
    const week = await service.as(endless.body.token).post(`${tokens()}/self/rotate`);
    expect(week.body.expires_at).toBe("2026-11-09");
    const dated = await service.as(week.body.token).post(`${tokens()}/self/rotate`, { expires_at: null });
    expect(dated.body.expires_at).toBe("2026-11-09");
  });

  it("refuses a token without the scope api", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"] });
    const refused = await robot.client.post(`${tokens()}/self/rotate`);
    expect(refused).toMatchObject({ status: 403, body: { error: "insufficient_scope", scope: "api" } });
  });

  it("refuses a personal token: it has no self in a project", async () => {
    expect((await owner.client.post(`${tokens()}/self/rotate`)).status).toBe(400);
  });
});

describe("a secret that was rotated away", () => {
  it("revokes the whole family, bot and all, when it is presented to a rotate endpoint", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const second = await robot.client.post(`${tokens()}/self/rotate`);
    const third = await service.as(second.body.token).post("/personal_access_tokens/self/rotate");
    const leaked = await robot.client.post(`${tokens()}/self/rotate`);
    expect(leaked).toMatchObject({ status: 401, body: { error: "invalid_token" } });
    expect((await service.as(third.body.token).get("/user")).status).toBe(401);
    const { body: ghost } = await owner.client.get("/users?username=ghost");
    expect((await owner.client.get(`${tokens()}/${third.body.id}`)).body).toMatchObject({
      revoked: true,
      active: false,
      user_id: ghost[0].id,
    });
    expect((await owner.client.get(`/users/${robot.userId}`)).status).toBe(404);
  });

  it("ends its living successor, bot and all, when its id is revoked, once", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const second = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    const third = await owner.client.post(`${tokens()}/${second.body.id}/rotate`);
    expect((await owner.client.delete(`${tokens()}/${robot.id}`)).status).toBe(204);
    expect((await service.as(third.body.token).get("/user")).status).toBe(401);
    expect((await owner.client.get(`/users/${robot.userId}`)).status).toBe(404);
    for (const id of [robot.id, second.body.id, third.body.id]) {
      expect((await owner.client.delete(`${tokens()}/${id}`)).status).toBe(404);
    }
    const { body: first } = await owner.client.post("/user/personal_access_tokens", { name: "laptop", scopes: "api" });
    const { body: next } = await service.as(first.token).post("/personal_access_tokens/self/rotate");
    expect((await owner.client.delete(`/personal_access_tokens/${first.id}`)).status).toBe(204);
    expect((await service.as(next.token).get("/user")).status).toBe(401);
    expect((await owner.client.delete(`/personal_access_tokens/${first.id}`)).status).toBe(404);
  });

  it("makes an event of its project that names the address, once an hour, wherever it is presented", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["api", "read_registry"] });
    const { body: rotated } = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    const revoked = await createProjectAccessToken(service, project, { by: owner });
    await owner.client.delete(`${tokens()}/${revoked.id}`);
    const flush = () => Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));
    const told = async () => {
      await flush();
      const { body } = await owner.client.get(`/projects/${project}/events?action=reused`);
      const ids = [robot.id, revoked.id];
      return body.filter((event: { target_id: number }) => ids.includes(event.target_id));
    };
    expect((await requestToken(service, { password: robot.secret })).status).toBe(401);
    expect((await revoked.client.get("/user")).status).toBe(401);
    const first = {
      action_name: "reused",
      target_type: "AccessToken",
      target_id: robot.id,
      target_title: "robot",
      project_id: project,
      author_id: robot.userId,
      access_token_id: robot.id,
      address: "127.0.0.1",
    };
    expect(await told()).toMatchObject([first]);
    service.clock.advance({ minutes: 59 });
    expect((await robot.client.get("/user")).status).toBe(401);
    expect(await told()).toHaveLength(1);
    service.clock.advance({ minutes: 1 });
    expect((await robot.client.get("/user")).status).toBe(401);
    expect(await told()).toMatchObject([first, first]);
    expect((await service.as(rotated.token).get("/user")).status).toBe(200);
  });

  it("makes one event an hour of all replicas, and costs the token endpoint no query more than any secret", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    const query = vi.spyOn(service.container.database, "query");
    const queriesOf = async (secret: string, status: number) => {
      query.mockClear();
      expect((await requestToken(service, { password: secret })).status).toBe(status);
      return query.mock.calls.map(([{ name }]) => name);
    };
    expect(await queriesOf(robot.secret, 401)).toEqual(await queriesOf(owner.secret, 200));
    query.mockRestore();
    const replica = new SecretReuse(service.container.database, service.clock);
    replica.presented(robot.id, "192.0.2.7");
    await replica.flush();
    await Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));
    const { body } = await owner.client.get(`/projects/${project}/events?action=reused`);
    expect(body.filter((event: { target_id: number }) => event.target_id === robot.id)).toMatchObject([
      { address: "192.0.2.7" },
    ]);
  });

  it("does no harm anywhere else", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const { body: rotated } = await robot.client.post(`${tokens()}/self/rotate`);
    expect((await robot.client.get("/user")).status).toBe(401);
    expect((await service.as(rotated.token).get("/user")).status).toBe(200);
  });

  it("revokes a personal token's family too, and not its user", async () => {
    const { body: first } = await owner.client.post("/user/personal_access_tokens", { name: "laptop", scopes: "api" });
    const { body: second } = await service.as(first.token).post("/personal_access_tokens/self/rotate");
    expect((await service.as(first.token).post(`/personal_access_tokens/${second.id}/rotate`)).status).toBe(401);
    expect((await service.as(second.token).get("/user")).status).toBe(401);
    expect((await owner.client.get("/user")).status).toBe(200);
  });
});
