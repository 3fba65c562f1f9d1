/** Projects and tokens made through the API, for tests that are about something else. */
import type { ApiClient } from "./api-client.ts";

/** A token as its creation answered. */
export interface CreatedToken {
  readonly id: number;
  readonly secret: string;
  /** For any client that asks for a username and a password; the username is no matter. */
  readonly credentials: { readonly username: string; readonly password: string };
}

/** Creates a group of one segment. @throws Error when the service refuses */
export async function createGroup(root: ApiClient, path: string): Promise<{ id: number }> {
  return await created(root.post("/groups", { name: path, path }));
}

/** Creates a project in a group, with project access tokens turned on. @throws Error when the service refuses */
export async function createProject(
  root: ApiClient,
  { group, path, visibility }: { group: { id: number }; path: string; visibility: string },
): Promise<{ id: number; path_with_namespace: string }> {
  const project = await created(root.post("/projects", { path, namespace_id: group.id, visibility }));
  await created(root.post("/features/resource_access_token", { value: true, project: project.path_with_namespace }));
  return project;
}

/** Creates a project access token. @throws Error when the service refuses */
export async function createToken(
  root: ApiClient,
  project: string,
  scopes: readonly string[],
  more: { expires_at?: string } = {},
): Promise<CreatedToken> {
  const body = { name: scopes.join(" "), scopes, ...more };
  const { id, token } = await created(root.post(`/projects/${encodeURIComponent(project)}/access_tokens`, body));
  return { id, secret: token, credentials: { username: "anybody", password: token } };
}

async function created(answer: ReturnType<ApiClient["post"]>): Promise<Awaited<typeof answer>["body"]> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}
