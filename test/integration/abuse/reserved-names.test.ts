/** Names that would be taken for something else: ids, and the accounts that Keyside makes itself. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { prepareInstance } from "../../../src/server/first-start.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createGroup, createProject, createUser, type User } from "../../support/world.ts";

let service: TestService;
let mallory: User;
let administrator: User;

beforeAll(async () => {
  service = await startTestService();
  mallory = await createUser(service, "mallory");
  administrator = await createUser(service, "adam", { admin: true });
});
afterAll(() => service.stop());

const makeUser = (username: string) =>
  administrator.client.post("/users", { username, name: "x", email: `x${username}@example.com`, reset_password: true });
const refused = (words: string) => ({ status: 400, body: { error: expect.stringContaining(words) } });

describe("a name that is a number, and would shadow the thing with that id", () => {
  it.each(["0", "1", "2147483647", "9".repeat(20)])(
    "%s is refused for a group, a project and a user",
    async (digits) => {
      const words = "with more than digits";
      const group = await mallory.client.post("/groups", { name: "x", path: digits });
      expect(group).toMatchObject(refused(words));
      expect(await mallory.client.post("/projects", { path: digits })).toMatchObject(refused(words));
      expect(await mallory.client.post("/projects", { name: digits })).toMatchObject(refused(words));
      expect(await makeUser(digits)).toMatchObject(refused(words));
    },
  );

  it("is refused for a group in a group too", async () => {
    const group = await createGroup(service, "team");
    expect(await service.root.post("/groups", { name: "x", path: "2024", parent_id: group })).toMatchObject(
      refused("with more than digits"),
    );
  });

  it("stays what it is where it was given before, and can be changed otherwise", async () => {
    const group = await createGroup(service, "old");
    const project = await createProject(service, group, "app");
    const rename = "update full_paths set path = ? where path = ?";
    const em = service.container.database.em();
    await em.execute(rename, ["old/7", "old/app"]);
    await em.execute(rename, ["8", "old"]);
    expect((await service.root.put(`/projects/${project}`, { path: "7", description: "d" })).status).toBe(200);
    expect((await service.root.put(`/groups/${group}`, { path: "8", name: "Eight" })).status).toBe(200);
    expect((await service.root.put(`/groups/${group}`, { path: "9" })).status).toBe(400);
  });
});

describe("the names of the accounts that Keyside makes", () => {
  it.each(["root", "ghost"])("%s is refused for a group and a user, deleted or not", async (name) => {
    expect(await mallory.client.post("/groups", { name: "x", path: name })).toMatchObject(refused("reserved word"));
    expect(await makeUser(name)).toMatchObject(refused("reserved word"));
  });

  it("root cannot be taken to keep Keyside from starting, once root is deleted", async () => {
    const other = await startTestService();
    onTestFinished(() => other.stop());
    const heir = await createUser(other, "hanna", { admin: true });
    const { body: root } = await other.root.get("/user");
    expect((await heir.client.delete(`/users/${root.id}`)).status).toBe(204);
    expect((await heir.client.post("/groups", { name: "x", path: "root" })).status).toBe(400);
    await expect(prepareInstance(other.container)).resolves.toBeUndefined();
  });
});
