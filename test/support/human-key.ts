/** A human's own SSH key, as a session of the pages adds it: no access token does. */
import { judgeHuman } from "../../src/authentication/judge-human.ts";
import { createSshKey } from "../../src/ssh-keys/create-ssh-key.ts";
import { readPublicKey } from "../../src/ssh-keys/parse-public-key.ts";
import type { TestService } from "./service.ts";
import type { User } from "./world.ts";

/** Adds a key, given as the line of a `.pub` file, and answers its id. @throws Error when it is refused */
export async function addHumanKey(
  { container }: TestService,
  { id: userId, username }: Pick<User, "id" | "username">,
  line: string,
  expiresAt: string | null = null,
): Promise<number> {
  const caller = judgeHuman({ userId, username, state: "active", admin: false });
  const key = readPublicKey(line);
  if (caller === undefined || "problem" in key) throw new Error(`no key can be added: ${line}`);
  return (await createSshKey(container, { caller, title: "own", key, expiresAt })).id;
}
