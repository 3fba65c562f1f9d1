/** People, their projects and their robots, each with a client of their own: who acts is what the tests of rules are about. */
import type { ApiClient } from "./api-client.ts";
import { createToken, createUser } from "./factories.ts";
import type { TestService } from "./service.ts";

/** A human and what they call the API with. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly client: ApiClient;
  readonly secret: string;
}

/** A project access token and what its bot calls the API with. */
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
  const { id, secret } = await createUser(service, username, { scopes });
  return { id, username, secret, client: service.as(secret) };
}

/** Makes a project in its creator's own namespace and turns the feature on for it; answers its id. */
export async function createOwnProject(
  { root }: TestService,
  owner: Person,
  path: string,
  visibility = "private",
): Promise<number> {
  const { body } = await owner.client.post("/projects", { path, visibility });
  await root.post("/features/resource_access_token", { value: true, project: `${owner.username}/${path}` });
  return body.id;
}

/** Makes a project access token, with `api` as a Maintainer unless told otherwise. */
export async function createRobot(
  service: TestService,
  owner: Person,
  project: number,
  { scopes = ["api"], ...more }: { scopes?: readonly string[] } & Record<string, unknown> = {},
): Promise<Robot> {
  const { id, userId, secret } = await createToken(owner.client, project, scopes, { name: "robot", ...more });
  return { tokenId: id, userId, secret, client: service.as(secret) };
}
