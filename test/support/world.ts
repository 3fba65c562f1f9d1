/**
 * Makes the people, places and tokens that a test needs, through the API, as users would: one function, one thing.
 * What is refused throws, and names the call.
 */
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import type { ApiAnswer, ApiClient } from "./api-client.ts";
import type { TestService } from "./service.ts";

/** Where things are made: a service, as its administrator sees it. */
export type World = Pick<TestService, "root" | "as">;

/** A human with a personal access token. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly secret: string;
  /** Calls the API with the personal access token. */
  readonly client: ApiClient;
}

/** A human who can sign in with a password too. */
export interface UserWithPassword extends User {
  readonly password: string;
}

/** A project access token, and what its bot calls the API and a registry with. */
export interface ProjectAccessToken {
  readonly id: number;
  /** The bot's. */
  readonly userId: number;
  readonly secret: string;
  readonly client: ApiClient;
  /** For any client that asks for a username and a password; the username is no matter. */
  readonly credentials: { readonly username: string; readonly password: string };
}

/** Further parameters of a call, as the API names them. */
type Parameters = Readonly<Record<string, unknown>>;

/** What a test may choose of a human. */
interface UserOptions {
  readonly scopes?: readonly string[];
  readonly admin?: boolean;
}

/** Makes a human with a personal access token, of every scope unless others are given, and no password. */
export function createUser(world: World, username: string, options: UserOptions = {}): Promise<User> {
  return createAccount(world, username, options, { reset_password: true });
}

/** Like {@link createUser}, with a password. */
export async function createUserWithPassword(
  world: World,
  username: string,
  options: UserOptions = {},
): Promise<UserWithPassword> {
  const password = `password of ${username}`;
  return { ...(await createAccount(world, username, options, { password })), password };
}

async function createAccount(
  world: World,
  username: string,
  { scopes = TOKEN_SCOPES, ...more }: UserOptions,
  way: Parameters,
): Promise<User> {
  const account = { username, name: username, email: `${username}@example.com`, ...way, ...more };
  const { id } = await created(world.root, "/users", account);
  const secret = await createPersonalAccessToken(world, id, scopes);
  return { id, username, secret, client: world.as(secret) };
}

/** Makes a personal access token of a human's and answers its secret. */
export async function createPersonalAccessToken(
  { root }: World,
  userId: number,
  scopes: readonly string[],
): Promise<string> {
  return (await created(root, `/users/${userId}/personal_access_tokens`, { name: "own", scopes })).token;
}

/** Makes a group of root's, at the top or in another, and answers its id. */
export async function createGroup({ root }: World, path: string, parentId?: number): Promise<number> {
  return (await created(root, "/groups", { name: path, path, parent_id: parentId })).id;
}

/** Makes a project in a group of root's and answers its id. */
export async function createProject(
  { root }: World,
  groupId: number,
  path: string,
  more: Parameters = {},
): Promise<number> {
  return (await created(root, "/projects", { path, namespace_id: groupId, ...more })).id;
}

/** Makes a project in its creator's own namespace and answers its id. */
export async function createOwnProject({ client }: User, path: string, more: Parameters = {}): Promise<number> {
  return (await created(client, "/projects", { path, ...more })).id;
}

/** Lets project access tokens be made: in one project, or wherever the instance's setting holds. */
export async function enableProjectAccessTokens({ root }: World, projectId?: number): Promise<void> {
  const project = projectId === undefined ? undefined : String(projectId);
  await created(root, "/features/resource_access_token", { value: true, project });
}

/** Adds a user to a project. */
export async function addProjectMember(
  { root }: World,
  projectId: number,
  userId: number,
  level: number,
): Promise<void> {
  await created(root, `/projects/${projectId}/members`, { user_id: userId, access_level: level });
}

/** Adds a user to a group. */
export async function addGroupMember({ root }: World, groupId: number, userId: number, level: number): Promise<void> {
  await created(root, `/groups/${groupId}/members`, { user_id: userId, access_level: level });
}

/** Makes olga, her project `olga/app`, and max, who is a Maintainer of it. */
export async function createStaffedProject(
  world: World,
): Promise<{ readonly owner: User; readonly maintainer: User; readonly project: number }> {
  const owner = await createUser(world, "olga");
  const maintainer = await createUser(world, "max");
  const project = await createOwnProject(owner, "app");
  await addProjectMember(world, project, maintainer.id, 40);
  return { owner, maintainer, project };
}

/** Makes a project access token, and with it a bot: root's, and of the scope `api`, unless told otherwise. */
export async function createProjectAccessToken(
  { root, as }: World,
  project: number | string,
  { by, scopes = ["api"], ...more }: { by?: User; scopes?: readonly string[] } & Parameters = {},
): Promise<ProjectAccessToken> {
  const path = `/projects/${encodeURIComponent(project)}/access_tokens`;
  const answer = await created(by?.client ?? root, path, { name: "robot", scopes, ...more });
  return toProjectAccessToken(as, answer);
}

/** Rotates a project access token, as `client`, and answers the new one. */
export async function rotateProjectAccessToken(
  { as }: Pick<World, "as">,
  client: ApiClient,
  project: number,
  tokenId: number,
  parameters: Parameters = {},
): Promise<ProjectAccessToken> {
  const path = `/projects/${project}/access_tokens/${tokenId}/rotate`;
  const { status, body } = await client.post(path, parameters);
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
  return toProjectAccessToken(as, body);
}

function toProjectAccessToken(as: World["as"], { id, user_id, token }: ApiAnswer["body"]): ProjectAccessToken {
  const credentials = { username: "anybody", password: token };
  return { id, userId: user_id, secret: token, client: as(token), credentials };
}

async function created(client: ApiClient, path: string, parameters: Parameters): Promise<ApiAnswer["body"]> {
  const { status, body } = await client.post(path, parameters);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}
