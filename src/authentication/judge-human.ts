/** Whom the password of a known human stands for. Pure, so that it can be explained. */
import { type PasswordPrincipal, WITHOUT_ACCESS_TOKEN } from "../principals/principal.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import type { UserState } from "../users/user.entity.ts";

/** A human, as they are stored. */
export interface KnownHuman {
  readonly userId: number;
  readonly username: string;
  readonly state: UserState;
  readonly admin: boolean;
}

/** A human with every scope, as their password has them; undefined for a blocked one, of whom no credential is accepted. */
export function judgeHuman({
  userId,
  username,
  state,
  admin,
}: KnownHuman): Omit<PasswordPrincipal, "passwordFingerprint"> | undefined {
  if (state === "blocked") return undefined;
  return { kind: "user", userId, username, admin, scopes: new Set(TOKEN_SCOPES), ...WITHOUT_ACCESS_TOKEN };
}
