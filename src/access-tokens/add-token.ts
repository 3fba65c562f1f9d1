/** Writes the row of a new access token: every way to make one, and every rotation, ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { TokenScope } from "../principals/token-scope.ts";
import type { Project } from "../projects/project.entity.ts";
import type { User } from "../users/user.entity.ts";
import { AccessToken } from "./access-token.entity.ts";
import { digestSecret, lastFour, makeSecret } from "./secret.ts";
import type { TokenServices } from "./token-services.ts";

/** What a new access token is. */
export interface NewToken {
  /** Who a bearer acts as: a human, or a bot; by id, where it is stored already. */
  readonly user: User | number;
  /** Null for a personal access token. */
  readonly project: Project | number | null;
  readonly name: string;
  readonly description: string | null;
  readonly scopes: readonly TokenScope[];
  /** The bot's level in the project; null for a personal access token. */
  readonly accessLevel: number | null;
  /** `YYYY-MM-DD`, as decided; null for never. */
  readonly expiresAt: string | null;
  readonly createdById: number;
  /** The token that it replaces, whose family it joins. */
  readonly predecessor?: AccessToken;
  readonly now: Date;
}

/** A new token, and its secret this one time. */
export interface CreatedToken {
  readonly token: AccessToken;
  readonly secret: string;
}

/** A new token of a project. */
export interface CreatedProjectToken extends CreatedToken {
  readonly project: Project;
}

/** Makes a secret and writes the token, inside the caller's transaction. */
export async function addToken(
  em: SqlEntityManager,
  { ids, tokenSettings }: Pick<TokenServices, "ids" | "tokenSettings">,
  { now, createdById, predecessor, scopes, ...rest }: NewToken,
): Promise<CreatedToken> {
  const secret = makeSecret(tokenSettings.prefix, ids);
  const token = em.create(AccessToken, {
    ...rest,
    createdAt: now,
    scopes: [...scopes],
    digest: digestSecret(secret),
    lastFour: lastFour(secret),
    createdBy: createdById,
    family: predecessor?.family ?? ids.uuid(),
    predecessor: predecessor ?? null,
  });
  await em.flush();
  return { token, secret };
}
