/** From the names that people use to the ids that the API wants. */
import { groupAddress } from "../addresses.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { RefusedError } from "../refused-error.ts";

/** @throws RefusedError when nobody has this username */
export async function findUserId(client: KeysideClient, username: string): Promise<number> {
  const { body } = await client.call("GET", `/users?username=${encodeURIComponent(username)}`);
  const [user] = body as { id: number }[];
  if (user === undefined) throw new RefusedError(`there is no user "${username}"`);
  return user.id;
}

/** @throws RefusedError when the caller sees no group of this path */
export async function findGroupId(client: KeysideClient, path: string): Promise<number> {
  const { body } = await client.call("GET", groupAddress(path));
  return (body as { id: number }).id;
}
