/** GitLab's client for Node, as its users have it, against a running Keyside: the whole life of everything that there is. */
import { AccessLevel, Gitlab } from "@gitbeaker/rest";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { FakeClock } from "../support/clock.ts";
import { pushRepository, RepositoryScript } from "../support/imported-repository.ts";
import { newPublicKey } from "../support/public-key.ts";
import { recordPush } from "../support/record-push.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
const client = (token: string) => new Gitlab({ host: service.url, token });

beforeAll(async () => {
  // The client knows no call for feature flags of the instance.
  service = await startTestService({ clock: new FakeClock(new Date()) });
  await service.root.post("/features/resource_access_token", { value: true });
});
afterAll(() => service.stop());

async function rootClient() {
  const { body: root } = await service.root.get("/user");
  const { body: token } = await service.root.post(`/users/${root.id}/personal_access_tokens`, {
    name: "gitbeaker",
    scopes: TOKEN_SCOPES,
  });
  return client(token.token);
}

async function person(username: string) {
  const root = await rootClient();
  const { id } = await root.Users.create({
    username,
    name: username,
    email: `${username}@example.com`,
    password: "a long enough password",
    skipConfirmation: true,
  });
  const { token } = await root.PersonalAccessTokens.create(id, "laptop", ["api", "read_registry", "read_repository"]);
  return { id, api: client(token) };
}

describe("gitbeaker", () => {
  it("knows the instance and whom it signs in as", async () => {
    const { api } = await person("ina");
    expect(await api.Metadata.show()).toMatchObject({ version: expect.any(String), enterprise: false });
    expect(await api.Users.showCurrentUser()).toMatchObject({ username: "ina", state: "active" });
  });

  it("adds, lists, shows and removes SSH keys", async () => {
    const { api } = await person("kim");
    const key = newPublicKey();
    const { id } = await api.UserSSHKeys.create("laptop", `${key} kim@laptop`, { usageType: "auth" });
    expect(await api.UserSSHKeys.all()).toMatchObject([{ id, title: "laptop", key }]);
    expect(await api.UserSSHKeys.show(id)).toMatchObject({ id, title: "laptop", key });
    await expect(api.UserSSHKeys.add("again", key)).rejects.toThrow(/has already been taken/);
    await api.UserSSHKeys.remove(id);
    expect(await api.UserSSHKeys.all()).toEqual([]);
  });

  it("creates, finds, edits, blocks, unblocks and removes users", async () => {
    const root = await rootClient();
    const user = await root.Users.create({
      username: "uma",
      name: "Uma",
      email: "uma@example.com",
      forceRandomPassword: true,
      resetPassword: true,
    });
    expect(await root.Users.all({ username: "uma" })).toMatchObject([{ id: user.id }]);
    expect(await root.Users.edit(user.id, { name: "Uma Two" })).toMatchObject({ name: "Uma Two" });
    await root.Users.block(user.id);
    expect(await root.Users.show(user.id)).toMatchObject({ state: "blocked" });
    await root.Users.unblock(user.id);
    await root.Users.remove(user.id);
    await expect(root.Users.show(user.id)).rejects.toThrow("404 User Not Found");
  });

  it("creates, shows, edits and removes groups and projects, and adds, edits and removes members", async () => {
    const { api } = await person("greta");
    const friend = await person("frida");
    const group = await api.Groups.create("Team", "gteam", { description: "The team" });
    const project = await api.Projects.create({ name: "App", namespaceId: group.id, visibility: "private" });
    expect(project).toMatchObject({ path_with_namespace: "gteam/app", name_with_namespace: "Team / App" });
    expect(await api.Projects.show("gteam/app")).toMatchObject({ id: project.id });
    expect(await api.Projects.all({ membership: true })).toMatchObject([{ id: project.id }]);
    expect(await api.Projects.edit(project.id, { description: "An app" })).toMatchObject({ description: "An app" });

    await api.ProjectMembers.add(project.id, AccessLevel.DEVELOPER, { userId: friend.id });
    expect(await api.ProjectMembers.edit(project.id, friend.id, AccessLevel.REPORTER)).toMatchObject({
      access_level: 20,
    });
    expect(await friend.api.Projects.show(project.id)).toMatchObject({ path: "app" });
    const everybody = await api.ProjectMembers.all(project.id, { includeInherited: true });
    expect(everybody.map(({ username }) => username).sort()).toEqual(["frida", "greta"]);
    await api.ProjectMembers.remove(project.id, friend.id);
    await expect(friend.api.Projects.show(project.id)).rejects.toThrow("404 Project Not Found");

    await api.GroupMembers.add(group.id, AccessLevel.GUEST, { userId: friend.id });
    expect(await friend.api.ProjectMembers.show(project.id, friend.id, { includeInherited: true })).toMatchObject({
      access_level: 10,
    });
    await api.GroupMembers.remove(group.id, friend.id);

    await expect(api.Groups.remove(group.id)).rejects.toThrow(/gteam\/app/);
    await api.Projects.remove(project.id);
    await api.Groups.remove(group.id);
    await expect(api.Groups.show("gteam")).rejects.toThrow("404 Group Not Found");
  });

  it("lives the whole life of a project access token", async () => {
    const { api, id } = await person("tara");
    const { id: project } = await api.Projects.create({ path: "tokens", name: "Tokens" });
    const token = await api.ProjectAccessTokens.create(project, "ci", ["api", "read_registry"], nextYear(), {
      accessLevel: AccessLevel.MAINTAINER,
    });
    expect(token).toMatchObject({ active: true, revoked: false, access_level: 40, expires_at: nextYear() });
    const bot = client(token.token);
    expect(await bot.Users.showCurrentUser()).toMatchObject({ id: token.user_id, bot: true });
    await bot.Projects.edit(project, { description: "by the bot" });
    expect(await api.ProjectAccessTokens.show(project, token.id)).toMatchObject({ name: "ci" });

    const rotated = await api.ProjectAccessTokens.rotate(project, token.id, { expiresAt: nextYear() });
    expect(rotated.user_id).toBe(token.user_id);
    await expect(bot.Users.showCurrentUser()).rejects.toThrow("invalid_token");
    const itself = await client(rotated.token).PersonalAccessTokens.rotate("self");
    expect(itself.user_id).toBe(token.user_id);

    const all = await api.ProjectAccessTokens.all(project);
    expect(all.map(({ active }) => active)).toEqual([true, false, false]);
    await api.ProjectAccessTokens.revoke(project, itself.id);
    await expect(api.ProjectAccessTokens.revoke(project, itself.id)).rejects.toThrow("404");

    const events = await api.Events.all({ projectId: project, action: "updated" });
    expect(events).toMatchObject([{ action_name: "updated", target_type: "Project", author_username: "ghost" }]);
    await recordPush(service, { by: { userId: id, tokenId: null }, projectId: project });
    expect(await api.Events.all({ projectId: project, action: "pushed" })).toMatchObject([
      { action_name: "pushed to", target_type: null, push_data: { ref: "main", ref_type: "branch", commit_count: 3 } },
    ]);
    const own = await api.Events.all();
    expect(own.map(({ action_name }) => action_name)).toContain("revoked");
  });

  it("reads a repository", async () => {
    const { api } = await person("rita");
    const { id: project } = await api.Projects.create({ path: "code", name: "Code" });
    expect(await api.Branches.all(project)).toEqual([]);
    await expect(api.Repositories.allRepositoryTrees(project)).rejects.toThrow("404 Repository Not Found");
    const root = await rootClient();
    const { token } = await root.ProjectAccessTokens.create(project, "git", ["write_repository"], nextYear(), {
      accessLevel: AccessLevel.MAINTAINER,
    });
    const script = new RepositoryScript()
      .commit("main", {
        message: "Begin\n",
        files: [
          ["README.md", "Hello\n"],
          ["src/a b.bin", Buffer.from([0, 255])],
        ],
      })
      .tag("v1.0", "refs/heads/main", "The first\n")
      .commit("feature/x", { from: "refs/heads/main", message: "A feature\n", files: [["x", "x"]] });
    const repository = await pushRepository(service, { path: "rita/code", secret: token }, script);
    onTestFinished(() => repository.remove());

    expect(await api.Branches.all(project, { search: "feat" })).toMatchObject([{ name: "feature/x", merged: false }]);
    const { commit } = await api.Branches.show(project, "feature/x");
    expect(commit).toMatchObject({ title: "A feature", author_name: "Ann Author" });
    expect(await api.Tags.all(project)).toMatchObject([{ name: "v1.0", message: "The first" }]);
    expect(await api.Tags.show(project, "v1.0")).toMatchObject({ commit: { title: "Begin" } });
    expect(await api.Commits.all(project, { refName: "feature/x", perPage: 1 })).toMatchObject([
      { title: "A feature" },
      { title: "Begin" },
    ]);
    expect(await api.Commits.show(project, String(commit.id))).toMatchObject({ project_id: project });
    const tree = await api.Repositories.allRepositoryTrees(project, { recursive: true, perPage: 1 });
    expect(tree.map(({ path }) => path)).toEqual(["README.md", "src", "src/a b.bin"]);
    expect(await api.RepositoryFiles.show(project, "src/a b.bin", "main")).toMatchObject({ content: "AP8=", size: 2 });
    expect(await api.RepositoryFiles.showRaw(project, "README.md", "HEAD")).toBe("Hello\n");
    const raw = (await api.RepositoryFiles.showRaw(project, "src/a b.bin", "v1.0")) as Blob;
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(Buffer.from([0, 255]));
    const archive = await api.Repositories.showArchive(project, { fileType: "zip", sha: "main" });
    expect(
      Buffer.from(await archive.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
  });

  it("walks the pages of a list", async () => {
    const { api } = await person("paul");
    const { id: project } = await api.Projects.create({ path: "many", name: "Many" });
    for (let index = 0; index < 5; index += 1) {
      await api.ProjectAccessTokens.create(project, `token ${index}`, ["read_api"], nextYear());
    }
    const all = await api.ProjectAccessTokens.all(project, { perPage: 2 });
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    const { paginationInfo } = await api.ProjectAccessTokens.all(project, {
      perPage: 2,
      page: 2,
      showExpanded: true,
      pagination: "offset",
    });
    expect(paginationInfo).toMatchObject({ total: 5, totalPages: 3, current: 2, next: 3, previous: 1 });
  });

  it("creates, shows, rotates and removes personal access tokens", async () => {
    const { id, api } = await person("petra");
    const root = await rootClient();
    const token = await root.PersonalAccessTokens.create(id, "second", ["read_api"]);
    expect(await api.PersonalAccessTokens.show({ tokenId: token.id })).toMatchObject({ name: "second" });
    expect(await api.PersonalAccessTokens.all({ state: "active" })).toHaveLength(2);
    const rotated = await api.PersonalAccessTokens.rotate(token.id);
    await api.PersonalAccessTokens.remove({ tokenId: rotated.id });
    expect(await api.PersonalAccessTokens.all({ revoked: true })).toHaveLength(2);
    await api.PersonalAccessTokens.remove();
    await expect(api.Users.showCurrentUser()).rejects.toThrow("invalid_token");
  });
});

/** The client sends dates of its own: the service's clock is the machine's here. */
function nextYear(): string {
  return `${service.clock.now().getUTCFullYear() + 1}-06-01`;
}
