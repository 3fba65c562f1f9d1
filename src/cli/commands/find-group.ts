/** From a group's path to the number that the API wants. */
import { segment } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";

/** A full path, taken apart before its last segment. */
export function splitPath(path: string): { parent: string | undefined; last: string } {
  const slash = path.lastIndexOf("/");
  return { parent: slash === -1 ? undefined : path.slice(0, slash), last: path.slice(slash + 1) };
}

/** @throws RefusedError when the caller sees no group of this path */
export async function findGroupId(client: KeysideClient, path: string): Promise<number> {
  const { body } = await client.call("GET", `/groups/${segment(path)}`);
  return (body as { id: number }).id;
}
