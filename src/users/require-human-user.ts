/** Only humans can be edited, blocked or deleted: a bot user is deleted with its tokens, and the ghost user stays. */
import { RuleRefusedError } from "../errors.ts";
import type { User } from "./user.entity.ts";

const INSTEAD = "revoke its project access token instead";

/**
 * Requires that a user is a human.
 *
 * @param change the refused change, to be put after `cannot be`: `blocked`
 * @throws RuleRefusedError for a bot user or the ghost
 * @see docs/spec/access-tokens.md "The bot user"
 */
export function requireHumanUser(user: User, change: string): void {
  switch (user.userType) {
    case "human":
      return;
    case "project_bot":
      throw new RuleRefusedError(`a bot user cannot be ${change}: ${INSTEAD}`);
    case "ghost":
      throw new RuleRefusedError(`the Ghost User cannot be ${change}`);
  }
}
