/**
 * Makes the private project that the doctor plays in, through the API: for one examination, and removed after it. In the
 * registry, whose interface has no way to remove a repository, an empty one stays.
 */
import { addDays, utcDate } from "../clock.ts";
import { StepFailure } from "../doctor/failure.ts";
import type { ThrowAwayProject } from "../doctor/throw-away-project.ts";
import { systemIds } from "../ids.ts";
import { deletedPathAddress } from "./addresses.ts";
import type { KeysideClient } from "./keyside-client.ts";
import { RefusedError } from "./refused-error.ts";

/**
 * Makes the project in the caller's own namespace.
 *
 * @throws StepFailure when the service refuses: the caller is not an administrator
 */
export async function makeThrowAwayProject(client: KeysideClient): Promise<ThrowAwayProject> {
  try {
    // For administrators alone, as much of what follows: nothing is made for a caller who could not free its path again.
    await client.call("GET", "/features");
    const { body: project } = await client.call("POST", "/projects", { path: `doctor-${systemIds.hex(4)}` });
    const { id, path_with_namespace: path, created_at, ssh_url_to_repo: sshUrl } = project as MadeProject;
    const address = `/projects/${id}`;
    try {
      return await prepareProject(client, { path, address, sshUrl, today: utcDate(new Date(created_at)) });
    } catch (error) {
      await removeProject(client, path, address);
      throw error;
    }
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const needed =
      "the doctor needs an administrator's token, of the scopes api and write_repository and all three for the registry, in KEYSIDE_TOKEN";
    throw new StepFailure(`Keyside refuses: ${error.message}; ${needed}`, { cause: error });
  }
}

/** The project as the API answers it. */
interface MadeProject {
  readonly id: number;
  readonly path_with_namespace: string;
  readonly created_at: string;
  readonly ssh_url_to_repo: string | null;
}

/** Turns the feature on for the project, and makes the tokens; `today` by Keyside's clock, which may be off. */
async function prepareProject(
  client: KeysideClient,
  {
    path,
    address,
    sshUrl,
    today,
  }: Pick<ThrowAwayProject, "path" | "sshUrl"> & {
    readonly address: string;
    readonly today: string;
  },
): Promise<ThrowAwayProject> {
  const expires = addDays(today, 1);
  const create = async (at: string, scopes: readonly string[]) => {
    const { body } = await client.call("POST", at, { name: "keyside doctor", scopes, expires_at: expires });
    return body as { id: number; token: string };
  };
  await client.call("POST", "/features/resource_access_token", { value: true, project: path });
  const scopes = ["read_registry", "write_registry", "delete_registry", "write_repository"];
  const { token: secret } = await create(`${address}/access_tokens`, scopes);
  const { body: user } = await client.call("GET", "/user");
  const own = `/users/${(user as { id: number }).id}/personal_access_tokens`;
  const { id, token: catalogSecret } = await create(own, ["read_registry"]);
  return {
    path,
    secret,
    catalogSecret,
    sshUrl,
    isPushReported: async () => (await client.list(`${address}/events?action=pushed`)).length > 0,
    async remove() {
      try {
        await client.call("DELETE", `/personal_access_tokens/${id}`);
      } finally {
        await removeProject(client, path, address);
      }
    },
  };
}

/** Deletes the project and frees its path: the doctor leaves no image that somebody could take over. */
async function removeProject(client: KeysideClient, path: string, address: string): Promise<void> {
  await client.call("DELETE", address);
  await client.call("DELETE", deletedPathAddress(path));
}
