import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { createGroup, createUser, type User } from "../../support/world.ts";

let service: TestService;
let owner: User;
let other: User;

beforeAll(async () => {
  service = await startTestService();
  owner = await createUser(service, "olga");
  other = await createUser(service, "otto");
  await createUser(service, "ann");
  await createGroup(service, "team");
});
afterAll(() => service.stop());

const refusal = (status: number, words: string) => ({ status, body: { message: expect.stringContaining(words) } });

describe("POST /users", () => {
  const account = { username: "bob", name: "Bob", email: "bob@example.com", password: "a long password" };

  it("makes a human who may make projects in a namespace of their own", async () => {
    const bob = await createUser(service, "bob");
    const project = await bob.client.post("/projects", { name: "My App" });
    expect(project).toMatchObject({ status: 201, body: { path_with_namespace: "bob/my-app", visibility: "private" } });
  });

  it("refuses a username or an address that is taken", async () => {
    expect(await service.root.post("/users", { ...account, username: "ann" })).toMatchObject(
      refusal(409, "Username has already been taken"),
    );
    expect(await service.root.post("/users", { ...account, username: "bert", email: "ann@example.com" })).toMatchObject(
      { status: 409, body: { message: "Email has already been taken" } },
    );
    expect(await service.root.post("/users", { ...account, username: "team", email: "t@example.com" })).toMatchObject(
      refusal(409, "taken"),
    );
  });

  it("leaves nothing behind when the namespace's path is taken", async () => {
    expect((await service.root.get("/users?username=team")).body).toEqual([]);
  });

  it.each([
    [{ ...account, username: "Up" }, "username is invalid"],
    [{ ...account, username: "api" }, "username is invalid"],
    [{ ...account, username: "login" }, "it is a reserved word"],
    [{ ...account, email: "nobody" }, "email is invalid"],
    [{ ...account, password: "short" }, "password is too small"],
    [{}, "username is missing, name is missing, email is missing"],
  ])("refuses %j", async (body, words) => {
    const answer = await service.root.post("/users", body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });

  it("wants a password, or one of the words that do without", async () => {
    const nina = { username: "nina", name: "Nina", email: "nina@example.com" };
    const refused = await service.root.post("/users", nina);
    expect(refused).toMatchObject({ status: 400, body: { error: "password is missing" } });
    const created = await service.root.post("/users", { ...nina, reset_password: true, skip_confirmation: true });
    expect(created).toMatchObject({ status: 201, body: { username: "nina", email: "nina@example.com", bot: false } });
    expect(created.body).not.toHaveProperty("password");
  });

  it("is for administrators, as are the list, changes and deletion", async () => {
    const answers = [
      await owner.client.post("/users", account),
      await owner.client.get("/users"),
      await owner.client.put(`/users/${other.id}`, { name: "x" }),
      await owner.client.delete(`/users/${other.id}`),
      await owner.client.post(`/users/${other.id}/block`),
      await owner.client.post(`/users/${other.id}/personal_access_tokens`, { name: "x", scopes: ["api"] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });
});

describe("external users", () => {
  const eva = { username: "eva", name: "Eva", email: "eva@example.com", password: "a long password" };

  it("do not exist: whoever may read more of an account reads that it is none", async () => {
    const made = await service.root.post("/users", { ...eva, external: false });
    expect(made).toMatchObject({ status: 201, body: { external: false } });
    expect((await service.root.put(`/users/${made.body.id}`, { external: "false" })).body.external).toBe(false);
    expect((await service.root.get(`/users/${made.body.id}`)).body.external).toBe(false);
    expect((await other.client.get("/user")).body.external).toBe(false);
    expect((await other.client.get(`/users/${made.body.id}`)).body).not.toHaveProperty("external");
  });

  it("are refused rather than made users who see internal projects", async () => {
    const refused = { status: 400, body: { error: expect.stringContaining("external does not have a valid value") } };
    expect(await service.root.post("/users", { ...eva, username: "ext", external: true })).toMatchObject(refused);
    expect(await service.root.put(`/users/${other.id}`, { external: true })).toMatchObject(refused);
  });
});

describe("GET /users", () => {
  it("finds an account by its username for anybody, without what is private", async () => {
    const { body } = await owner.client.get("/users?username=OTTO");
    expect(body).toMatchObject([{ id: other.id, username: "otto" }]);
    expect(body[0]).not.toHaveProperty("email");
    expect((await service.root.get("/users?username=otto")).body[0]).toMatchObject({ email: "otto@example.com" });
  });

  it("searches names, usernames and addresses for administrators", async () => {
    expect((await service.root.get("/users?search=otto@exam")).body).toMatchObject([{ id: other.id }]);
    expect((await service.root.get("/users?search=nobody%25")).body).toEqual([]);
  });
});

describe("PUT /users/:id", () => {
  it("changes a human, but never the username", async () => {
    expect(await service.root.put(`/users/${other.id}`, { name: "Otto", username: "otto" })).toMatchObject({
      status: 200,
      body: { name: "Otto" },
    });
    expect(await service.root.put(`/users/${other.id}`, { username: "another" })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("a username cannot be changed") },
    });
  });
});

describe("POST /users/:id/block", () => {
  it("makes every credential of a human worthless, until they are unblocked", async () => {
    const blocked = await createUser(service, "bert");
    expect(await service.root.post(`/users/${blocked.id}/block`)).toMatchObject({ status: 201, body: true });
    expect((await blocked.client.get("/user")).status).toBe(401);
    expect((await service.root.post(`/users/${blocked.id}/unblock`)).status).toBe(201);
    expect((await blocked.client.get("/user")).status).toBe(200);
  });
});
