/** Finds whose access tokens are meant, a project's, a human's or everybody's, and checks that the caller may see and end them. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError } from "../errors.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import type { Project } from "../projects/project.entity.ts";
import { findUser } from "../users/find-user.ts";

/** Whose tokens: all of a project's, the personal ones of a human, or all of both kinds that the instance has. */
export type TokensOf =
  | { readonly project: ResourceId }
  | { readonly user: "self" | number }
  | { readonly instance: true };

/** A project whose tokens are meant, with the caller's level in it; a human whose personal ones are; or the instance. */
export type TokenOwner =
  | { readonly kind: "project"; readonly project: Project; readonly accessLevel: number }
  | { readonly kind: "human"; readonly userId: number }
  | { readonly kind: "instance" };

/**
 * Whose tokens are meant.
 *
 * @throws NotFoundError when the caller does not see the project, or an administrator names no user
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal tokens or all of the instance
 *   without being an administrator, or is a bot and means its own
 */
export async function findTokenOwner(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  of: TokensOf,
): Promise<TokenOwner> {
  if ("project" in of) {
    return { kind: "project", ...(await findProjectAtLevel(em, caller, of.project, ACCESS_LEVELS.maintainer)) };
  }
  if ("instance" in of) {
    requireAdministrator(caller);
    return { kind: "instance" };
  }
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no personal access tokens");
  if (of.user === "self" || of.user === caller.userId) return { kind: "human", userId: caller.userId };
  requireAdministrator(caller);
  return { kind: "human", userId: (await findUser(em, of.user)).id };
}

/** The condition, in SQL, that the token `t` is the owner's, and its values. */
export function ownedBy(owner: TokenOwner): readonly [condition: string, ...values: number[]] {
  switch (owner.kind) {
    case "project":
      return ["t.project_id = ?", owner.project.id];
    case "human":
      return ["t.project_id is null and t.user_id = ?", owner.userId];
    case "instance":
      return ["true"];
  }
}

const NAMES: Readonly<Record<TokenOwner["kind"], string>> = {
  project: "Project Access Token",
  human: "Personal Access Token",
  instance: "Access Token",
};

/** What an error calls one of the owner's tokens. */
export function nameOfTokens({ kind }: TokenOwner): string {
  return NAMES[kind];
}
