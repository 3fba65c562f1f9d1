import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { type ImportedRepository, pushRepository, RepositoryScript } from "../../support/imported-repository.ts";
import { type DescribedOperation, readDescription } from "../../support/openapi.ts";
import { newPublicKey } from "../../support/public-key.ts";
import { OF_FIVE, recordPush } from "../../support/record-push.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let operations: DescribedOperation[];
let owner: UserWithPassword;
let other: UserWithPassword;
let project: number;
let group: number;
let repository: ImportedRepository;

beforeAll(async () => {
  service = await startTestService();
  operations = await readDescription(service.root);
  owner = await createUserWithPassword(service, "olga");
  other = await createUserWithPassword(service, "otto");
  project = await createOwnProject(owner, "app");
  await enableProjectAccessTokens(service, project);
  await addProjectMember(service, project, other.id, 30);
  group = await createGroup(service, "team");
  const script = new RepositoryScript().commit("main", { files: [["README.md", "Hello"]] });
  script.tag("v1", "refs/heads/main", "One").ref("refs/tags/light", "refs/heads/main");
  repository = await pushRepository(service, { path: "olga/app", secret: owner.secret }, script);
});
afterAll(async () => {
  await repository.remove();
  await service.stop();
});

let count = 0;
const unique = (name: string) => `${name}-${++count}`;
const people = (username: string) => createUserWithPassword(service, username);

async function idOf(answer: Promise<ApiAnswer>): Promise<number> {
  return (await answer).body.id;
}

async function personal(client: ApiClient): Promise<{ id: number; token: string }> {
  return (await client.post("/user/personal_access_tokens", { name: "laptop", scopes: ["api"] })).body;
}

/** A refresh token of the owner's, as docker login gets one. */
async function refreshToken(): Promise<number> {
  const form = {
    grant_type: "password",
    service: "container_registry",
    client_id: "docker",
    access_type: "offline",
    username: owner.username,
    password: `password of ${owner.username}`,
  };
  await fetch(`${service.url}/jwt/auth`, { method: "POST", body: new URLSearchParams(form) });
  return (await owner.client.get("/user/refresh_tokens")).body[0].id;
}

const sshKey = (more = {}) => owner.client.post("/user/keys", { title: "laptop", key: newPublicKey(), ...more });

/** The path of a group that was deleted. */
async function deletedGroup(): Promise<string> {
  const path = unique("deleted");
  await service.root.delete(`/groups/${await createGroup(service, path)}`);
  return path;
}

/** One successful call of every operation that there is. */
const CALLS: Record<string, () => Promise<ApiAnswer>> = {
  showVersion: () => owner.client.get("/version"),
  showMetadata: () => owner.client.get("/metadata"),
  showOpenApi: () => owner.client.get("/openapi.json"),
  showCurrentUser: () => owner.client.get("/user"),
  listUsers: () => service.root.get("/users?search=o"),
  showUser: () => owner.client.get(`/users/${other.id}`),
  createUser: () =>
    service.root.post("/users", { username: "newcomer", name: "New", email: "new@example.com", reset_password: true }),
  updateUser: () => service.root.put(`/users/${other.id}`, { name: "Otto", email: "otto@example.org" }),
  changeOwnPassword: async () => {
    const { client, password } = await people(unique("changer"));
    return await client.put("/user/password", { current_password: password, password: "another password" });
  },
  deleteUser: async () => service.root.delete(`/users/${(await people(unique("leaver"))).id}`),
  blockUser: async () => service.root.post(`/users/${(await people(unique("blocked"))).id}/block`),
  createSignInLink: () => service.root.post(`/users/${other.id}/sign_in_links`, { kind: "invitation" }),
  unblockUser: async () => service.root.post(`/users/${(await people(unique("unblocked"))).id}/unblock`),
  showOwnAccessToken: () => owner.client.get("/personal_access_tokens/self"),
  revokeOwnAccessToken: async () =>
    service.as((await personal(owner.client)).token).delete("/personal_access_tokens/self"),
  rotateOwnAccessToken: async () =>
    service.as((await personal(owner.client)).token).post("/personal_access_tokens/self/rotate"),
  createPersonalAccessToken: () =>
    owner.client.post("/user/personal_access_tokens", { name: "laptop", scopes: ["read_api"], description: "d" }),
  createPersonalAccessTokenOfUser: () =>
    service.root.post(`/users/${other.id}/personal_access_tokens`, { name: "ci", scopes: "api,read_registry" }),
  listPersonalAccessTokens: () => owner.client.get("/personal_access_tokens?state=active&sort=name_asc"),
  showPersonalAccessToken: async () => owner.client.get(`/personal_access_tokens/${(await personal(owner.client)).id}`),
  revokePersonalAccessToken: async () =>
    owner.client.delete(`/personal_access_tokens/${(await personal(owner.client)).id}`),
  rotatePersonalAccessToken: async () =>
    owner.client.post(`/personal_access_tokens/${(await personal(owner.client)).id}/rotate`),
  createGroup: () => owner.client.post("/groups", { name: "A group", path: unique("group"), description: "d" }),
  listGroups: () => service.root.get("/groups"),
  showGroup: () => service.root.get("/groups/team"),
  updateGroup: () => service.root.put(`/groups/${group}`, { name: "The team" }),
  deleteGroup: async () => service.root.delete(`/groups/${await createGroup(service, unique("gone"))}`),
  listNamespaces: () => owner.client.get("/namespaces?search=olga"),
  showNamespace: () => service.root.get("/namespaces/team"),
  listGroupProjects: () => service.root.get("/groups/team/projects?include_subgroups=true"),
  createProject: () => owner.client.post("/projects", { name: unique("A Project"), visibility: "public" }),
  listProjects: () => owner.client.get("/projects?membership=true&search=app"),
  showProject: () => owner.client.get("/projects/olga%2Fapp"),
  updateProject: () => owner.client.put(`/projects/${project}`, { description: "An app" }),
  deleteProject: async () => {
    const doomed = await createOwnProject(owner, unique("doomed"));
    await enableProjectAccessTokens(service, doomed);
    await createProjectAccessToken(service, doomed, { by: owner });
    return await owner.client.delete(`/projects/${doomed}`);
  },
  listProjectMembers: () => owner.client.get(`/projects/${project}/members`),
  listAllProjectMembers: () => owner.client.get(`/projects/${project}/members/all`),
  showAnyProjectMember: () => owner.client.get(`/projects/${project}/members/all/${owner.id}`),
  showProjectMember: () => owner.client.get(`/projects/${project}/members/${other.id}`),
  addProjectMember: async () =>
    owner.client.post(`/projects/${project}/members`, {
      user_id: (await people(unique("new"))).id,
      access_level: 20,
    }),
  updateProjectMember: () => owner.client.put(`/projects/${project}/members/${other.id}`, { access_level: 20 }),
  removeProjectMember: async () => {
    const { id } = await people(unique("brief"));
    await addProjectMember(service, project, id, 10);
    return await owner.client.delete(`/projects/${project}/members/${id}`);
  },
  listGroupMembers: () => service.root.get(`/groups/${group}/members`),
  listAllGroupMembers: () => service.root.get(`/groups/${group}/members/all?query=root`),
  showAnyGroupMember: async () =>
    service.root.get(`/groups/${group}/members/all/${await idOf(service.root.get("/user"))}`),
  showGroupMember: async () => service.root.get(`/groups/${group}/members/${await idOf(service.root.get("/user"))}`),
  addGroupMember: () => service.root.post(`/groups/${group}/members`, { user_id: other.id, access_level: 30 }),
  updateGroupMember: () => service.root.put(`/groups/${group}/members/${other.id}`, { access_level: 40 }),
  removeGroupMember: () => service.root.delete(`/groups/${group}/members/${other.id}`),
  createProjectAccessToken: () =>
    owner.client.post(`/projects/${project}/access_tokens`, { name: "ci", scopes: ["read_registry"] }),
  listProjectAccessTokens: () => owner.client.get(`/projects/${project}/access_tokens?state=active`),
  showProjectAccessToken: async () =>
    owner.client.get(
      `/projects/${project}/access_tokens/${(await createProjectAccessToken(service, project, { by: owner })).id}`,
    ),
  showProjectAccessTokenUsage: async () =>
    owner.client.get(
      `/projects/${project}/access_tokens/${(await createProjectAccessToken(service, project, { by: owner })).id}/usage`,
    ),
  listRegistryActivity: async () => {
    await service.container.database.em().execute(
      `insert into registry_event_counts (day, project_id, repository, action, user_id, count)
       select ?, ?, 'olga/app', 'pull', id, 1 from unnest(array[?, null]::int[]) as known (id)`,
      [service.clock.now(), project, owner.id],
    );
    return await owner.client.get(`/projects/${project}/registry/activity?group_by=author`);
  },
  revokeProjectAccessToken: async () =>
    owner.client.delete(
      `/projects/${project}/access_tokens/${(await createProjectAccessToken(service, project, { by: owner })).id}`,
    ),
  rotateProjectAccessToken: async () => {
    const { id } = await createProjectAccessToken(service, project, { by: owner });
    return await owner.client.post(`/projects/${project}/access_tokens/${id}/rotate`);
  },
  rotateOwnProjectAccessToken: async () =>
    (await createProjectAccessToken(service, project, { by: owner })).client.post(
      `/projects/${project}/access_tokens/self/rotate`,
    ),
  explainProjectAccess: async () => {
    const { id } = await createProjectAccessToken(service, project, { by: owner });
    const scopes = ["repository:olga/app:*", "repository:olga/other:pull", "registry:catalog:*", "x:y:z"];
    return await owner.client.post(`/projects/${project}/explain`, { token_id: id, scopes, address: "192.0.2.1" });
  },
  retirePredecessorOfProjectAccessToken: async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const { body } = await robot.client.post("/personal_access_tokens/self/rotate", { grace_period: 60 });
    return await owner.client.post(`/projects/${project}/access_tokens/${body.id}/retire_predecessor`);
  },
  retirePredecessorOfOwnProjectAccessToken: async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const { body } = await robot.client.post("/personal_access_tokens/self/rotate", { grace_period: 60 });
    return await service.as(body.token).post(`/projects/${project}/access_tokens/self/retire_predecessor`);
  },
  retirePredecessorOfPersonalAccessToken: async () => {
    const { token } = await personal(owner.client);
    const { body } = await service.as(token).post("/personal_access_tokens/self/rotate", { grace_period: 60 });
    return await owner.client.post(`/personal_access_tokens/${body.id}/retire_predecessor`);
  },
  retirePredecessorOfOwnAccessToken: async () => {
    const { token } = await personal(owner.client);
    const { body } = await service.as(token).post("/personal_access_tokens/self/rotate", { grace_period: 60 });
    return await service.as(body.token).post("/personal_access_tokens/self/retire_predecessor");
  },
  listBranches: () => owner.client.get(`/projects/${project}/repository/branches`),
  showBranch: () => owner.client.get(`/projects/${project}/repository/branches/main`),
  listTags: () => owner.client.get(`/projects/${project}/repository/tags`),
  showTag: () => owner.client.get(`/projects/${project}/repository/tags/v1`),
  listCommits: () => owner.client.get(`/projects/${project}/repository/commits`),
  showCommit: () => owner.client.get(`/projects/${project}/repository/commits/main`),
  listRepositoryTree: () => owner.client.get(`/projects/${project}/repository/tree`),
  showRepositoryFile: () => owner.client.get(`/projects/${project}/repository/files/README.md`),
  downloadRepositoryFile: () => owner.client.get(`/projects/${project}/repository/files/README.md/raw`),
  downloadArchive: () => owner.client.get(`/projects/${project}/repository/archive`),
  downloadTarGzArchive: () => owner.client.get(`/projects/${project}/repository/archive.tar.gz`),
  downloadZipArchive: () => owner.client.get(`/projects/${project}/repository/archive.zip`),
  downloadBundle: () => owner.client.get(`/projects/${project}/repository/bundle`),
  listFeatures: () => service.root.get("/features"),
  setFeature: () => service.root.post("/features/resource_access_token", { value: true }),
  deleteFeature: () => service.root.delete("/features/resource_access_token"),
  listOwnEvents: () => owner.client.get("/events?action=created"),
  listUserEvents: () => service.root.get(`/users/${owner.id}/events?target_type=access_token&sort=asc`),
  listProjectEvents: async () => {
    const pushed = { by: { userId: owner.id, tokenId: null }, projectId: project };
    await recordPush(service, pushed);
    await recordPush(service, { ...pushed, ...OF_FIVE });
    return await owner.client.get(`/projects/${project}/events`);
  },
  listRefreshTokens: () => owner.client.get("/user/refresh_tokens"),
  revokeRefreshToken: async () => owner.client.delete(`/user/refresh_tokens/${await refreshToken()}`),
  listRefreshTokensOfUser: () => service.root.get(`/users/${owner.id}/refresh_tokens`),
  revokeRefreshTokenOfUser: async () =>
    service.root.delete(`/users/${owner.id}/refresh_tokens/${await refreshToken()}`),
  createSshKey: () => sshKey({ expires_at: "2030-01-01", usage_type: "auth" }),
  listSshKeys: () => owner.client.get("/user/keys"),
  showSshKey: async () => owner.client.get(`/user/keys/${await idOf(sshKey())}`),
  deleteSshKey: async () => owner.client.delete(`/user/keys/${await idOf(sshKey())}`),
  listSshKeysOfUser: () => service.root.get(`/users/${owner.id}/keys`),
  deleteSshKeyOfUser: async () => service.root.delete(`/users/${owner.id}/keys/${await idOf(sshKey())}`),
  showDeletedPath: async () => service.root.get(`/deleted_paths/${await deletedGroup()}`),
  releaseDeletedPath: async () => service.root.delete(`/deleted_paths/${await deletedGroup()}`),
};

describe("GET /openapi.json", () => {
  it("describes every operation that the tests know, and no other", () => {
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.keys(CALLS))("tells the truth about the success of %s", async (id) => {
    const operation = operations.find((each) => each.id === id);
    const answer = await CALLS[id]?.();
    expect(answer?.status, JSON.stringify(answer?.body)).toBe(operation?.success);
    expect(answer === undefined ? ["no answer"] : operation?.problems(answer)).toEqual([]);
  });

  it("tells the truth about failures: nobody, a reader, a stranger", async () => {
    const reader = await createUserWithPassword(service, "rita", { scopes: ["read_api"] });
    const problems: string[] = [];
    for (const { id, method, path, problems: check } of operations) {
      const address = path.replaceAll(/\{\w+\}/g, "2000000000");
      for (const client of [service.as(undefined), reader.client, other.client]) {
        const answer = await client.call(method, address, method === "GET" || method === "DELETE" ? undefined : {});
        problems.push(...check(answer).map((problem) => `${id}: ${answer.status} ${problem}`));
        if (answer.status >= 500) problems.push(`${id}: ${answer.status}`);
      }
    }
    expect(problems).toEqual([]);
  });
});
