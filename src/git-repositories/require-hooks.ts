/** Whether git will run the hooks: without them it takes every push, and says nothing. */
import { access, constants } from "node:fs/promises";
import { UnavailableError } from "../errors.ts";
import type { GitServices } from "./git-services.ts";

const HOOKS = ["pre-receive", "post-receive"];

/**
 * Demands that the hooks can be run; asked at the start, and before each push.
 *
 * @throws UnavailableError naming the one that cannot, and what to do
 */
export async function requireHooks({ hooksDirectory }: Pick<GitServices, "hooksDirectory">): Promise<void> {
  for (const hook of HOOKS) {
    const path = `${hooksDirectory}/${hook}`;
    await access(path, constants.X_OK).catch((error: unknown) => {
      throw new UnavailableError(
        `Pushes are refused, since Git's hook ${hook} cannot be run where Keyside runs: make ${path} executable`,
        { cause: error },
      );
    });
  }
}
