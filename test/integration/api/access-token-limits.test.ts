/** What a token is limited to besides its scopes, as the API takes and shows it: repository rules and addresses. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let app: number;
let ann: User;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  app = await createProject(service, await createGroup(service, "team"), "app");
  ann = await createUser(service, "ann");
});
afterAll(() => service.stop());

const tokens = () => `/projects/${app}/access_tokens`;
const wanted = { name: "ci", scopes: ["read_registry", "write_registry"] };
const RULES = [
  { repositories: ["web", ""], actions: ["pull", "push"] },
  { repositories: ["services/**"], actions: ["pull"] },
];
const NETWORKS = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];

describe("repository rules and an allow-list", () => {
  it("are taken at creation, shown in every answer about the token, and kept by a rotation", async () => {
    const limits = { repository_rules: RULES, ip_allow_list: NETWORKS };
    const { status, body } = await service.root.post(tokens(), { ...wanted, ...limits });
    expect({ status, body }).toMatchObject({ status: 201, body: limits });
    expect((await service.root.get(`${tokens()}/${body.id}`)).body).toMatchObject(limits);
    expect((await service.root.get(tokens())).body).toContainEqual(expect.objectContaining({ id: body.id, ...limits }));
    const rotated = await service.root.post(`${tokens()}/${body.id}/rotate`);
    expect(rotated).toMatchObject({ status: 200, body: limits });
    expect((await service.root.get(`${tokens()}/${rotated.body.id}`)).body).toMatchObject(limits);
  });

  it("are null where a token has none, and null is none", async () => {
    const none = { repository_rules: null, ip_allow_list: null };
    expect((await service.root.post(tokens(), wanted)).body).toMatchObject(none);
    expect((await service.root.post(tokens(), { ...wanted, ...none })).body).toMatchObject(none);
  });

  it("are written in one form: actions in their order, networks as IPv4 or in short, each once", async () => {
    const repository_rules = [{ repositories: ["a"], actions: ["push", "pull", "push"] }];
    const ip_allow_list = ["::ffff:192.0.2.7", "192.0.2.7/32", "FD00:0:0::/8"];
    expect((await service.root.post(tokens(), { ...wanted, repository_rules, ip_allow_list })).body).toMatchObject({
      repository_rules: [{ repositories: ["a"], actions: ["pull", "push"] }],
      ip_allow_list: ["192.0.2.7", "fd00::/8"],
    });
    const words = await service.root.post(tokens(), { ...wanted, ip_allow_list: "10.0.0.0/8, 192.0.2.7" });
    expect(words.body).toMatchObject({ ip_allow_list: ["10.0.0.0/8", "192.0.2.7"] });
  });

  it("of a personal token are an allow-list alone: rules are refused, not ignored", async () => {
    const path = `/users/${ann.id}/personal_access_tokens`;
    const made = await service.root.post(path, { name: "x", scopes: ["api"], ip_allow_list: NETWORKS });
    expect(made).toMatchObject({ status: 201, body: { ip_allow_list: NETWORKS } });
    expect(made.body).not.toHaveProperty("repository_rules");
    expect(await service.root.post(path, { name: "x", scopes: ["api"], repository_rules: RULES })).toMatchObject({
      status: 400,
      body: { error: "repository_rules is not supported here" },
    });
  });

  it("are 20 rules of 20 patterns, and 100 networks, at the most", async () => {
    const patterns = Array.from({ length: 20 }, (_, index) => `service-${index}/**`);
    const repository_rules = Array.from({ length: 20 }, () => ({ repositories: patterns, actions: ["pull"] }));
    const ip_allow_list = Array.from({ length: 100 }, (_, index) => `10.0.${index}.0/24`);
    expect((await service.root.post(tokens(), { ...wanted, repository_rules, ip_allow_list })).status).toBe(201);
  });

  const rule = (repositories: unknown, actions: unknown = ["pull"]) => ({
    repository_rules: [RULES[0], { repositories, actions }],
  });
  const many = (length: number, item: unknown) => Array.from({ length }, () => item);

  it.each([
    [{ repository_rules: [] }, "repository_rules is empty"],
    [{ repository_rules: "web" }, 'repository_rules is invalid: "web" is not an array'],
    [{ repository_rules: ["web"] }, 'repository_rules is invalid: "web" is not an object'],
    [{ repository_rules: many(21, RULES[0]) }, "repository_rules is too long (maximum is 20 elements)"],
    [{ repository_rules: [{ actions: ["pull"] }] }, "repository_rules[0].repositories is missing"],
    [rule([]), "repository_rules[1].repositories is empty"],
    [rule("web"), 'repository_rules[1].repositories is invalid: "web" is not an array'],
    [rule(many(21, "a")), "repository_rules[1].repositories is too long (maximum is 20 elements)"],
    [rule(["web", "/web"]), 'repository_rules[1].repositories[1] is invalid: "/web" has an empty segment'],
    [rule(["Web"]), 'repository_rules[1].repositories[0] is invalid: "Web" is not made of lower-case letters'],
    [rule(["a**"]), 'repository_rules[1].repositories[0] is invalid: "a**" has ** beside something else'],
    [rule(["a".repeat(256)]), "is longer than 255 characters"],
    [rule([7]), "repository_rules[1].repositories[0] is invalid: 7 is not a string"],
    [rule(["a"], null), "repository_rules[1].actions is invalid: null is not an array"],
    [rule(["a"], []), "repository_rules[1].actions is empty"],
    [
      rule(["a"], ["read"]),
      'repository_rules[1].actions[0] does not have a valid value: "read" is not one of pull, push, delete',
    ],
    [
      { repository_rules: many(20, { repositories: many(20, "a".repeat(21)), actions: ["pull"] }) },
      "8400 characters together, where 8192",
    ],
    [{ ip_allow_list: [] }, "ip_allow_list is empty"],
    [
      { ip_allow_list: ["10.0.0.0/8", "localhost"] },
      'ip_allow_list is invalid: "localhost" is not an address or a network like 10.0.0.0/8',
    ],
    [{ ip_allow_list: ["10.0.0.5/8"] }, "the network that it lies in is 10.0.0.0/8"],
    [{ ip_allow_list: [8] }, "ip_allow_list is invalid: 8 is not a string"],
    [{ ip_allow_list: many(101, "10.0.0.0/8") }, "ip_allow_list is too long (maximum is 100 elements)"],
    [{ ip_allow_list: { a: 1 } }, "ip_allow_list is invalid"],
  ])("are refused, by name, place and form, when they are %j", async (limits, problem) => {
    const answer = await service.root.post(tokens(), { ...wanted, ...limits });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(problem);
  });
});

describe("a token that an allow-list limits", () => {
  it("is refused at the API from elsewhere, with the address, and is no use then", async () => {
    const robot = await createProjectAccessToken(service, app, { ip_allow_list: ["10.0.0.0/8"] });
    expect(await robot.client.get("/user")).toMatchObject({
      status: 401,
      body: {
        error: "invalid_token",
        error_description: "Token is not accepted from 127.0.0.1, which is not in its ip_allow_list.",
      },
    });
    const here = await createProjectAccessToken(service, app, { ip_allow_list: ["127.0.0.0/8"] });
    expect((await here.client.get("/user")).status).toBe(200);
    await service.container.lastUse.flush();
    const lastUses = (await service.root.get(tokens())).body.flatMap((token: { id: number; last_used_at: unknown }) =>
      [robot.id, here.id].includes(token.id) ? [[token.id, token.last_used_at]] : [],
    );
    expect(new Map(lastUses)).toEqual(
      new Map([
        [robot.id, null],
        [here.id, expect.any(String)],
      ]),
    );
  });
});
