import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../../support/world.ts";

let service: TestService;
const ids = { private: 0, internal: 0, public: 0 };

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  for (const visibility of ["private", "internal", "public"] as const) {
    ids[visibility] = await createProject(service, team, visibility, { visibility });
  }
});
afterAll(() => service.stop());

/** What is granted to a token of pull, push and delete on an image. */
const grantsByToken = async ({ secret }: ProjectAccessToken, ...names: string[]) => {
  const scopes = names.map((name) => `repository:${name}:pull,push,delete`);
  const { status, access } = await requestToken(service, { password: secret, scopes });
  expect(status).toBe(200);
  return access;
};

describe("a project access token at GET /jwt/auth", () => {
  it.each([
    [["read_registry", "write_registry"], ["team/private pull,push"]],
    [["read_registry"], ["team/private pull"]],
    [["write_registry"], ["team/private push"]],
    [["delete_registry"], ["team/private delete"]],
    [["read_registry", "write_registry", "delete_registry"], ["team/private pull,push,delete"]],
    [["api"], []],
    [["read_api", "read_repository", "write_repository"], []],
  ])("of the scopes %j gets %j in a private project", async (scopes, expected) => {
    expect(
      await grantsByToken(await createProjectAccessToken(service, ids.private, { scopes }), "team/private"),
    ).toEqual(expected);
  });

  it.each([
    [10, []],
    [20, ["team/private pull"]],
    [30, ["team/private pull,push"]],
    [40, ["team/private pull,push,delete"]],
  ])("at access level %d gets %j of all registry scopes", async (level, expected) => {
    const scopes = ["read_registry", "write_registry", "delete_registry"];
    const token = await createProjectAccessToken(service, ids.private, { scopes, access_level: level });
    expect(await grantsByToken(token, "team/private")).toEqual(expected);
  });

  it("gets pull on a public project without read_registry", async () => {
    const token = await createProjectAccessToken(service, ids.public, { scopes: ["write_registry"] });
    expect(await grantsByToken(token, "team/public")).toEqual(["team/public pull,push"]);
  });

  it("holds for images nested below its project, at any depth, and for no neighbour that begins alike", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry"] });
    const names = ["team/private/a", "team/private/a/b/c", "team/privateer", "team/private-2/a", "team"];
    expect(await grantsByToken(token, ...names)).toEqual(["team/private/a pull", "team/private/a/b/c pull"]);
  });

  it("is anonymous in every other project: nothing of a private or internal one, pull of a public one", async () => {
    const token = await createProjectAccessToken(service, ids.private, {
      scopes: ["read_registry", "write_registry", "delete_registry"],
    });
    const names = ["team/internal/image", "team/public/image"];
    expect(await grantsByToken(token, ...names)).toEqual(["team/public/image pull"]);
    const other = await createProjectAccessToken(service, ids.public, { scopes: ["read_registry", "write_registry"] });
    expect(await grantsByToken(other, "team/private/image")).toEqual([]);
  });

  it("gets what it may of a mount from a second project", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry", "write_registry"] });
    const scopes = [
      "repository:team/private/image:pull,push",
      "repository:team/public/base:pull",
      "repository:team/internal/x:pull",
    ];
    const { access } = await requestToken(service, { password: token.secret, scopes });
    expect(access).toEqual(["team/private/image pull,push", "team/public/base pull"]);
  });

  it("gets concrete actions for *", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry", "write_registry"] });
    const { access } = await requestToken(service, { password: token.secret, scopes: ["repository:team/private:*"] });
    expect(access).toEqual(["team/private pull,push"]);
  });

  it("gets the same for scopes in one value and in several", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry", "write_registry"] });
    const [one, other] = ["repository:team/private/a:pull", "repository:team/private/b:push,pull"];
    const inOne = await requestToken(service, { password: token.secret, scopes: [`${one} ${other}`] });
    const inTwo = await requestToken(service, { password: token.secret, scopes: [one, other] });
    expect(inOne.access).toEqual(["team/private/a pull", "team/private/b pull,push"]);
    expect(inTwo.access).toEqual(inOne.access);
  });

  it("is refused from 00:00:00 UTC of its date on, and told why", async () => {
    const token = await createProjectAccessToken(service, ids.private, {
      scopes: ["read_registry"],
      expires_at: "2026-11-03",
    });
    service.clock.set(new Date("2026-11-02T23:59:59.999Z"));
    expect(await grantsByToken(token, "team/private")).toEqual(["team/private pull"]);
    service.clock.set(new Date("2026-11-03T00:00:00.000Z"));
    const { status, body, headers } = await requestToken(service, { password: token.secret });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Basic realm=/);
    expect(body).toMatchObject({
      errors: [{ code: "UNAUTHORIZED", message: expect.stringContaining("expired on 2026-11-03") }],
    });
    service.clock.set(new Date("2026-11-02T12:00:00Z"));
  });

  it("is refused at once when it was revoked, even for a public image", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry"] });
    expect(await grantsByToken(token, "team/private")).toEqual(["team/private pull"]);
    expect((await service.root.delete(`/projects/${ids.private}/access_tokens/${token.id}`)).status).toBe(204);
    for (const scopes of [[], ["repository:team/private:pull"], ["repository:team/public/image:pull"]]) {
      expect((await requestToken(service, { password: token.secret, scopes })).status).toBe(401);
    }
  });

  it("is refused when mistyped", async () => {
    const { secret } = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry"] });
    const mistyped = secret.slice(0, -1) + (secret.endsWith("x") ? "y" : "x");
    expect((await requestToken(service, { password: mistyped })).status).toBe(401);
  });
});
