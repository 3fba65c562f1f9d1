/** The people and things that most tests about the API need: made through the API, as anybody would. */
import type { ApiClient } from "./api-client.ts";
import type { TestService } from "./service.ts";

export const PASSWORD = "a password of some length";

/** A human and what they call the API with. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly client: ApiClient;
  readonly secret: string;
}

/** A project access token as it was created. */
export interface Robot {
  readonly tokenId: number;
  readonly userId: number;
  readonly secret: string;
  readonly client: ApiClient;
}

/** Makes a human with a personal token of some scopes. */
export async function createPerson(
  service: TestService,
  username: string,
  scopes: readonly string[] = ["api"],
): Promise<Person> {
  const email = `${username}@example.com`;
  const user = await created(service.root.post("/users", { username, name: username, email, password: PASSWORD }));
  const token = await created(
    service.root.post(`/users/${user.id}/personal_access_tokens`, { name: `${username}'s`, scopes }),
  );
  return { id: user.id, username, secret: token.token, client: service.as(token.token) };
}

/** Makes a project in its creator's own namespace and turns the feature on for it; answers its id. */
export async function createProject(
  service: TestService,
  owner: ApiClient,
  path: string,
  visibility = "private",
): Promise<number> {
  const project = await created(owner.post("/projects", { path, visibility }));
  await created(service.root.post("/features/resource_access_token", { value: true, project: String(project.id) }));
  return project.id;
}

/** Makes a member of a project. */
export async function addMember(owner: ApiClient, project: number, userId: number, level: number): Promise<void> {
  await created(owner.post(`/projects/${project}/members`, { user_id: userId, access_level: level }));
}

/** Makes a project access token. */
export async function createRobot(
  service: TestService,
  owner: ApiClient,
  project: number,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Robot> {
  const path = `/projects/${project}/access_tokens`;
  const token = await created(owner.post(path, { name: "robot", scopes: ["api"], access_level: 40, ...fields }));
  return { tokenId: token.id, userId: token.user_id, secret: token.token, client: service.as(token.token) };
}

async function created(answer: ReturnType<ApiClient["post"]>) {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`the test's own preparation was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
