/** Writes the row of a new access token. Every use case that creates or rotates a token ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { RepositoryRule } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { Project } from "../projects/project.entity.ts";
import type { User } from "../users/user.entity.ts";
import { AccessToken } from "./access-token.entity.ts";
import { digestSecret, lastFour, makeSecret } from "./secret.ts";
import type { TokenServices } from "./token-services.ts";

/** The values of a new access token. */
export interface NewToken {
  /** The human or bot that the token acts as; an id when the user is stored already. */
  readonly user: User | number;
  /** Null for a personal access token. */
  readonly project: Project | number | null;
  readonly name: string;
  readonly description: string | null;
  readonly scopes: readonly TokenScope[];
  /** What of the project's repositories it reaches; null: all. */
  readonly repositoryRules: readonly RepositoryRule[] | null;
  /** Where it is accepted from, as `readNetwork` writes it; null: everywhere. */
  readonly ipAllowList: readonly string[] | null;
  /** The bot's level in the project; null for a personal access token. */
  readonly accessLevel: number | null;
  /** `YYYY-MM-DD`, already checked; null: it never expires. */
  readonly expiresAt: string | null;
  readonly createdById: number;
  /** The token that this one replaces; the new token joins its family. */
  readonly predecessor?: AccessToken;
  /** The family of a token without predecessor; a new one if left out. */
  readonly family?: string;
  readonly now: Date;
}

/** A new token and its secret, which is shown only this once. */
export interface CreatedToken {
  readonly token: AccessToken;
  readonly secret: string;
}

/** A new project access token, its secret and its project. */
export interface CreatedProjectToken extends CreatedToken {
  readonly project: Project;
}

/** Generates a secret and writes the token, inside the caller's transaction. */
export async function addToken(
  em: SqlEntityManager,
  { ids, tokenSettings }: Pick<TokenServices, "ids" | "tokenSettings">,
  { now, createdById, predecessor, family, scopes, ipAllowList, ...rest }: NewToken,
): Promise<CreatedToken> {
  const secret = makeSecret(tokenSettings.prefix, ids);
  const token = em.create(AccessToken, {
    ...rest,
    createdAt: now,
    scopes: [...scopes],
    ipAllowList: ipAllowList && [...ipAllowList],
    digest: digestSecret(secret),
    lastFour: lastFour(secret),
    createdBy: createdById,
    family: predecessor?.family ?? family ?? ids.uuid(),
    predecessor: predecessor ?? null,
  });
  await em.flush();
  return { token, secret };
}
