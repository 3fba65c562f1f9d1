/** Makes what tests need through the API, as its users would; every call must succeed. */
import { expect } from "vitest";
import type { ApiAnswer, ApiClient } from "./api-client.ts";
import type { TestService } from "./service.ts";

/** A human with a password and a personal access token. */
export interface TestUser {
  readonly id: number;
  readonly username: string;
  readonly password: string;
  readonly secret: string;
}

/** A project access token, with its secret. */
export interface TestToken {
  readonly id: number;
  readonly userId: number;
  readonly secret: string;
}

/** Turns `resource_access_token` on for the instance. */
export async function enableProjectTokens({ root }: TestService): Promise<void> {
  created(await root.post("/features/resource_access_token", { value: true }));
}

/** Makes a group and answers its id. */
export async function createGroup({ root }: TestService, path: string, parentId?: number): Promise<number> {
  return created(await root.post("/groups", { name: path, path, parent_id: parentId })).id;
}

/** Makes a project in a group of root's and answers its id. */
export async function createProject(
  { root }: TestService,
  namespaceId: number,
  path: string,
  more: Record<string, unknown> = {},
): Promise<number> {
  return created(await root.post("/projects", { path, namespace_id: namespaceId, ...more })).id;
}

/** Makes a human with a personal access token of some scopes. */
export async function createUser(
  { root }: TestService,
  username: string,
  { scopes = ["api"], admin = false }: { scopes?: readonly string[]; admin?: boolean } = {},
): Promise<TestUser> {
  const password = `password of ${username}`;
  const account = { username, name: username, email: `${username}@example.com`, password, admin };
  const { id } = created(await root.post("/users", account));
  const { token } = created(await root.post(`/users/${id}/personal_access_tokens`, { name: "own", scopes }));
  return { id, username, password, secret: token };
}

/** Adds a member to a project. */
export async function addMember(
  { root }: TestService,
  projectId: number,
  userId: number,
  level: number,
): Promise<void> {
  created(await root.post(`/projects/${projectId}/members`, { user_id: userId, access_level: level }));
}

/** Makes a project access token, as root or somebody else. */
export async function createToken(
  client: ApiClient,
  projectId: number,
  scopes: readonly string[],
  more: Record<string, unknown> = {},
): Promise<TestToken> {
  const { id, user_id, token } = created(
    await client.post(`/projects/${projectId}/access_tokens`, { name: "ci", scopes, ...more }),
  );
  return { id, userId: user_id, secret: token };
}

function created(answer: ApiAnswer): ApiAnswer["body"] {
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}
