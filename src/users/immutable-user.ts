/** Who is not to be edited: the bot users, which go with their tokens, and the ghost. */
import { RuleRefusedError } from "../errors.ts";
import type { User } from "./user.entity.ts";

const INSTEAD = "revoke its project access token instead";

/**
 * Demands a human.
 *
 * @param what what is refused of others, as `cannot be ...` goes on: `blocked`
 * @throws RuleRefusedError for a bot user or the ghost
 * @see spec/access-tokens.md "The bot user"
 */
export function requireHuman(user: User, what: string): void {
  switch (user.userType) {
    case "human":
      return;
    case "project_bot":
      throw new RuleRefusedError(`a bot user cannot be ${what}: ${INSTEAD}`);
    case "ghost":
      throw new RuleRefusedError(`the Ghost User cannot be ${what}`);
  }
}
