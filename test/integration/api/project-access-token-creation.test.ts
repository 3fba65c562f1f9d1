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
let team: number;
let app: number;
let maintainer: User;
let developer: User;

beforeAll(async () => {
  service = await startTestService();
  ({ root } = service);
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  maintainer = await createUser(service, "maintainer");
  developer = await createUser(service, "developer");
  await addProjectMember(service, app, maintainer.id, 40);
  await addProjectMember(service, app, developer.id, 30);
});
afterAll(() => service.stop());

const path = (project: number | string = app) => `/projects/${project}/access_tokens`;
const wanted = { name: "ci", scopes: ["read_registry", "write_registry"] };

/** How many rows each table holds. */
async function counts(): Promise<unknown> {
  const [row] = await service.container.database.em().execute(
    `select (select count(*) from users)::int as users, (select count(*) from members)::int as members,
       (select count(*) from access_tokens)::int as tokens`,
  );
  return row;
}

describe("POST /projects/:id/access_tokens", () => {
  it("answers 201 with the token as GitLab's clients read it, the secret in it", async () => {
    const { status, body, headers } = await root.post(path(), {
      ...wanted,
      description: "for CI",
      expires_at: "2027-01-01",
      retires_at: null,
      predecessor_id: null,
      safe_to_retire: null,
      access_level: 30,
    });
    expect(status).toBe(201);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      id: expect.any(Number),
      name: "ci",
      description: "for CI",
      revoked: false,
      created_at: service.clock.now().toISOString(),
      scopes: ["read_registry", "write_registry"],
      user_id: expect.any(Number),
      last_used_at: null,
      last_used_ips: [],
      active: true,
      expires_at: "2027-01-01",
      access_level: 30,
      ip_allow_list: null,
      repository_rules: null,
      retires_at: null,
      predecessor_id: null,
      safe_to_retire: null,
      token: expect.stringMatching(/^kspat-[A-Za-z0-9]{36}$/),
    });
  });

  it("takes only name and scopes: Maintainer, without an end", async () => {
    expect((await root.post(path(), wanted)).body).toMatchObject({
      access_level: 40,
      expires_at: null,
      description: null,
    });
  });

  it("takes the project's path in the place of its number, and a form in the place of JSON", async () => {
    const form = new URLSearchParams([
      ["name", "ci"],
      ["scopes[]", "api"],
      ["scopes[]", "read_registry"],
    ]).toString();
    const { status, body } = await root.call("POST", path("team%2Fapp"), form, {
      "Content-Type": "application/x-www-form-urlencoded",
    });
    expect({ status, scopes: body.scopes }).toEqual({ status: 201, scopes: ["api", "read_registry"] });
  });

  it("shows the secret this once and stores its digest alone", async () => {
    const { id, secret } = await createProjectAccessToken(service, app);
    const shown = await root.get(`${path()}/${id}`);
    expect(shown.status).toBe(200);
    expect(JSON.stringify([shown.body, (await root.get(path())).body])).not.toContain(secret.slice(-36));
    const em = service.container.database.em();
    const [row] = await em.execute(
      "select t.*, u.* from access_tokens t join users u on u.id = t.user_id where t.id = ?",
      [id],
    );
    expect(JSON.stringify(row)).not.toContain(secret.slice(-36));
    expect(row).toMatchObject({ last_four: secret.slice(-4) });
  });

  it("makes a new bot user each time: a member of the project, named as the token, that nobody signs in as", async () => {
    const one = await createProjectAccessToken(service, app, { name: "one", access_level: 20 });
    const two = await createProjectAccessToken(service, app, { name: "one" });
    expect(one.userId).not.toBe(two.userId);
    const members = (await root.get(`/projects/${app}/members?per_page=100`)).body as { id: number }[];
    expect(members.find(({ id }) => id === one.userId)).toMatchObject({
      username: expect.stringMatching(new RegExp(`^project_${app}_bot_[0-9a-f]{16}$`)),
      name: "one",
      bot: true,
      access_level: 20,
    });
    const em = service.container.database.em();
    const [bot] = await em.execute("select * from users where id = ?", [one.userId]);
    expect(bot).toMatchObject({
      user_type: "project_bot",
      password_digest: null,
      admin: false,
      email: expect.stringMatching(/@noreply\.localhost$/),
    });
  });

  it("counts a scope that is given twice once", async () => {
    expect((await root.post(path(), { name: "x", scopes: ["api", "api"] })).body.scopes).toEqual(["api"]);
  });

  it.each([
    [{}, ["name is missing", "scopes is missing"]],
    [{ ...wanted, name: "" }, ["name is empty"]],
    [{ ...wanted, name: "   " }, ["name is empty"]],
    [{ ...wanted, name: "a".repeat(256) }, ["name is too long (maximum is 255 characters)"]],
    [{ ...wanted, name: "a\0b" }, ["name is invalid"]],
    [{ ...wanted, name: 5 }, ["name is invalid"]],
    [{ ...wanted, scopes: [] }, ["scopes is empty"]],
    [{ ...wanted, scopes: ["read_registry", "sudo"] }, ["scopes does not have a valid value"]],
    [{ ...wanted, expires_at: "2026-11-02" }, ["expires_at is invalid", "2026-11-02 in UTC"]],
    [{ ...wanted, expires_at: "2026-02-30" }, ["expires_at is invalid"]],
    [{ ...wanted, expires_at: "soon" }, ["expires_at is invalid"]],
    [{ ...wanted, access_level: 35 }, ["access_level is invalid"]],
    [{ ...wanted, access_level: "high" }, ["access_level is invalid"]],
    [{ name: 5, scopes: "sudo", access_level: 1 }, ["name ", "scopes ", "access_level "]],
  ])("answers 400 to %j and names every wrong parameter", async (body, messages) => {
    const before = await counts();
    const answer = await root.post(path(), body);
    expect(answer.status).toBe(400);
    for (const message of messages) expect(answer.body.error).toContain(message);
    expect(await counts()).toEqual(before);
  });

  it("warns that a private project's push needs pull as well", async () => {
    const warningOf = async (scopes: string[]) =>
      (await root.post(path(), { ...wanted, scopes })).headers.get("warning");
    expect(await warningOf(["write_registry"])).toMatch(/^299 keyside ".*add read_registry"$/);
    expect(await warningOf(["read_registry", "write_registry"])).toBeNull();
    const repository_rules = [{ repositories: ["web"], actions: ["push"] }];
    const { headers } = await root.post(path(), { ...wanted, repository_rules });
    expect(headers.get("warning")).toMatch(/^299 keyside "[^"]*add pull for 'web'"$/);
  });

  it("is for Maintainers", async () => {
    expect((await maintainer.client.post(path(), wanted)).status).toBe(201);
    expect(await developer.client.post(path(), wanted)).toMatchObject({
      status: 403,
      body: { message: "403 Forbidden" },
    });
    const stranger = await createUser(service, "stranger");
    expect(await stranger.client.post(path(), wanted)).toMatchObject({
      status: 404,
      body: { message: "404 Project Not Found" },
    });
    expect(await root.post(path("team%2Fnowhere"), wanted)).toMatchObject({
      status: 404,
      body: { message: "404 Project Not Found" },
    });
  });

  it("refuses a level above the creator's own", async () => {
    const answer = await maintainer.client.post(path(), { ...wanted, access_level: 50 });
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining("50 is above your own") } });
    expect((await root.post(path(), { ...wanted, access_level: 50 })).status).toBe(201);
  });

  it("refuses a bot, in words", async () => {
    const bot = await createProjectAccessToken(service, app, { access_level: 50 });
    const answer = await bot.client.post(path(), wanted);
    expect(answer).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining("a bot user may not create access tokens") },
    });
  });

  it.each(["users", "members", "access_tokens"])("leaves nothing behind when the row in %s fails", async (table) => {
    const before = await counts();
    const mend = await failOn(service, "insert", table);
    const answer = await root.post(path(), wanted);
    await mend();
    expect(answer).toMatchObject({ status: 500, body: { message: "500 Internal Server Error" } });
    expect(await counts()).toEqual(before);
  });
});

describe("KEYSIDE_MAX_TOKEN_LIFETIME_DAYS", () => {
  it("is the default and the limit of expires_at", async () => {
    const limited = await startTestService({ environment: { KEYSIDE_MAX_TOKEN_LIFETIME_DAYS: "30" } });
    await enableProjectAccessTokens(limited);
    const project = await createProject(limited, await createGroup(limited, "team"), "app");
    expect((await limited.root.post(path(project), wanted)).body.expires_at).toBe("2026-12-02");
    const late = await limited.root.post(path(project), { ...wanted, expires_at: "2026-12-03" });
    await limited.stop();
    expect(late).toMatchObject({ status: 400, body: { error: expect.stringContaining("2026-12-02") } });
  });
});
