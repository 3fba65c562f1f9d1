import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "../../support/api-client.ts";
import { failOn } from "../../support/failing-table.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let root: ApiClient;
let app: number;
let maintainer: User;
let developer: User;
let ghost: number;

beforeAll(async () => {
  service = await startTestService();
  ({ root } = service);
  await enableProjectAccessTokens(service);
  app = await createProject(service, await createGroup(service, "team"), "app");
  maintainer = await createUser(service, "maintainer");
  developer = await createUser(service, "developer");
  await addProjectMember(service, app, maintainer.id, 40);
  await addProjectMember(service, app, developer.id, 30);
  ghost = (await root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

const path = (tokenId: number) => `/projects/${app}/access_tokens/${tokenId}`;
const rows = (sql: string, values: unknown[] = []) => service.container.database.em().execute(sql, values);
const contents = async () => ({
  users: await rows("select * from users order by id"),
  members: await rows("select * from members order by id"),
  tokens: await rows("select * from access_tokens order by id"),
});

describe("DELETE /projects/:id/access_tokens/:token_id", () => {
  it("answers 204 without a body, and takes effect for the very next request", async () => {
    const token = await createProjectAccessToken(service, app);
    expect((await token.client.get("/user")).status).toBe(200);
    expect(await root.delete(path(token.id))).toMatchObject({ status: 204, body: undefined });
    expect(await token.client.get("/user")).toMatchObject({
      status: 401,
      body: { error: "invalid_token", error_description: expect.stringMatching(/revoked/) },
    });
  });

  it("deletes the bot and its membership, and keeps the token for the history, as the ghost's", async () => {
    const token = await createProjectAccessToken(service, app, { name: "kept", access_level: 30 });
    await maintainer.client.delete(path(token.id));
    expect((await root.get(`/users/${token.userId}`)).status).toBe(404);
    const members = (await root.get(`/projects/${app}/members?per_page=100`)).body as { id: number }[];
    expect(members.map(({ id }) => id)).not.toContain(token.userId);
    expect((await root.get(path(token.id))).body).toMatchObject({
      name: "kept",
      revoked: true,
      active: false,
      user_id: ghost,
      access_level: 30,
      scopes: ["api"],
    });
    expect(await rows("select revoked_by_id from access_tokens where id = ?", [token.id])).toEqual([
      { revoked_by_id: maintainer.id },
    ]);
  });

  it("hands all that the bot did to the ghost, and keeps the token for the project's history", async () => {
    const robot = await createProjectAccessToken(service, app);
    const person = await createUser(service, "invited");
    await robot.client.post(`/projects/${app}/members`, { user_id: person.id, access_level: 20 });
    await robot.client.put(`/projects/${app}`, { description: "by the robot" });
    expect((await root.delete(path(robot.id))).status).toBe(204);

    const { body: events } = await root.get(`/projects/${app}/events?action=updated&target_type=project`);
    expect(events[0]).toMatchObject({ author_id: ghost, author_username: "ghost", access_token_id: robot.id });
    const { body: member } = await root.get(`/projects/${app}/members/${person.id}`);
    expect(member.created_by).toMatchObject({ id: ghost });
    const { body: token } = await root.get(path(robot.id));
    expect(token).toMatchObject({ revoked: true, active: false, user_id: ghost, name: "robot", scopes: ["api"] });
    expect((await root.get(`/projects/${app}/members/${robot.userId}`)).status).toBe(404);
  });

  it("hands all records of the bot to the ghost", async () => {
    const token = await createProjectAccessToken(service, app);
    const other = await createProjectAccessToken(service, app);
    // A bot makes none of these through the API today; the rows stand for what features to come let it make.
    await rows("update projects set creator_id = ? where id = ?", [token.userId, app]);
    await rows("update members set created_by_id = ? where user_id = ?", [token.userId, developer.id]);
    await rows("update users set created_by_id = ? where id = ?", [token.userId, developer.id]);
    await rows("update access_tokens set created_by_id = ?, revoked_by_id = ? where id = ?", [
      token.userId,
      token.userId,
      other.id,
    ]);
    expect((await root.delete(path(token.id))).status).toBe(204);
    expect(await rows("select creator_id from projects where id = ?", [app])).toEqual([{ creator_id: ghost }]);
    expect(await rows("select created_by_id from members where user_id = ?", [developer.id])).toContainEqual({
      created_by_id: ghost,
    });
    expect(await rows("select created_by_id from users where id = ?", [developer.id])).toEqual([
      { created_by_id: ghost },
    ]);
    expect(await rows("select created_by_id, revoked_by_id from access_tokens where id = ?", [other.id])).toEqual([
      { created_by_id: ghost, revoked_by_id: ghost },
    ]);
  });

  it("answers 404 the second time", async () => {
    const token = await createProjectAccessToken(service, app);
    expect((await root.delete(path(token.id))).status).toBe(204);
    expect(await root.delete(path(token.id))).toMatchObject({
      status: 404,
      body: { message: "404 Project Access Token Not Found" },
    });
  });

  it("answers one of two concurrent revocations with 204 and the other with 404", async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await createProjectAccessToken(service, app);
      const answers = await Promise.all([root.delete(path(token.id)), maintainer.client.delete(path(token.id))]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 404]));
    }
  });

  it("answers concurrent revocations of several tokens with 204 each", async () => {
    const tokens = await Promise.all(Array.from({ length: 6 }, () => createProjectAccessToken(service, app)));
    const answers = await Promise.all(tokens.map(({ id }) => root.delete(path(id))));
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 204));
  });

  it.each([
    ["update", "access_tokens"],
    ["delete", "members"],
    ["delete", "users"],
  ] as const)("leaves everything as it was when the %s of %s fails", async (event, table) => {
    const token = await createProjectAccessToken(service, app);
    const before = await contents();
    const mend = await failOn(service, event, table);
    const answer = await root.delete(path(token.id));
    await mend();
    expect(answer).toMatchObject({ status: 500, body: { message: "500 Internal Server Error" } });
    expect(await contents()).toEqual(before);
    expect((await token.client.get("/user")).status).toBe(200);
    expect((await root.delete(path(token.id))).status).toBe(204);
  });

  it("is for Maintainers; a bot revokes no other", async () => {
    const token = await createProjectAccessToken(service, app);
    const bot = await createProjectAccessToken(service, app, { access_level: 50 });
    expect((await developer.client.delete(path(token.id))).status).toBe(403);
    expect(await bot.client.delete(path(token.id))).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining("no access token but its own") },
    });
    expect((await root.get(path(token.id))).body).toMatchObject({ active: true });
  });

  it("lets a token with the scope api revoke itself, whatever its level", async () => {
    const token = await createProjectAccessToken(service, app, { access_level: 10 });
    expect((await token.client.delete(path(token.id))).status).toBe(204);
    expect((await token.client.get("/user")).status).toBe(401);
    const readOnly = await createProjectAccessToken(service, app, { scopes: ["read_api"] });
    expect((await readOnly.client.delete(path(readOnly.id))).status).toBe(403);
  });

  it("revokes an expired token too", async () => {
    const token = await createProjectAccessToken(service, app, { expires_at: "2026-11-03" });
    service.clock.set(new Date("2026-11-05T00:00:00Z"));
    expect((await root.delete(path(token.id))).status).toBe(204);
    service.clock.set(new Date("2026-11-02T12:00:00Z"));
  });
});
