/** From a username to the number that the API wants. */
import type { KeysideClient } from "../keyside-client.ts";
import { RefusedError } from "../refused-error.ts";

/** @throws RefusedError when nobody has this username */
export async function findUserId(client: KeysideClient, username: string): Promise<number> {
  const { body } = await client.call("GET", `/users?username=${encodeURIComponent(username)}`);
  const [user] = body as { id: number }[];
  if (user === undefined) throw new RefusedError(`there is no user "${username}"`);
  return user.id;
}
