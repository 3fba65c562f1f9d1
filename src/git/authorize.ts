/**
 * Whether a request for Git may go on: a numbered pipeline, the same for each way in. It starts no process, and makes no
 * directory and no lock.
 */
import type { LastUse } from "../access-tokens/last-use.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { Sender } from "../authentication/sender.ts";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "../errors.ts";
import { decideGitAccess, type GitAction, type GitDecision } from "../git-repositories/decide-access.ts";
import { findRepository, type ProjectRepository } from "../git-repositories/find-repository.ts";
import { describeLevel, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";

/** What is wanted, and by whom. */
export interface WantedGit {
  readonly action: GitAction;
  /** The project's full path; undefined for a text that is none. */
  readonly path: string | undefined;
  /** Finds out who it is, each time that it is called. */
  readonly authenticate: () => Promise<Principal>;
  readonly sender: Pick<Sender, "address" | "client">;
}

/** What may go on. */
export interface AuthorizedGit {
  readonly principal: Principal;
  readonly repository: ProjectRepository;
}

/**
 * Authenticates the caller and decides.
 *
 * @throws UnauthenticatedError without credentials, where some are needed, whether or not there is such a project
 * @throws NotFoundError when there is no such project, or it is hidden from the caller
 * @throws ForbiddenError when the caller sees it, but may not do this, in a sentence that says what is lacking
 * @throws what authenticating throws
 * @see docs/spec/git.md "Who may do what"
 */
export async function authorizeGit(
  services: Pick<AuthenticationServices, "database"> & { readonly lastUse: Pick<LastUse, "used"> },
  { action, path, authenticate, sender }: WantedGit,
): Promise<AuthorizedGit> {
  // 1. Who is it?
  const principal = await authenticate();
  // 2. Which project, and what are they in it? One statement.
  const repository = path === undefined ? undefined : await findRepository(services.database.em(), principal, path);
  // 3. The policy decides.
  const decision = decideGitAccess(principal, action, repository);
  if (decision.kind !== "allowed" || repository === undefined) throw refusal(decision, action);
  // 4. The use of the token is noted, with the scope that it took.
  if (principal.kind !== "anonymous" && principal.tokenId !== null && decision.scope !== undefined)
    services.lastUse.used(principal.tokenId, [decision.scope], sender);
  return { principal, repository };
}

function refusal(decision: GitDecision, action: GitAction): Error {
  switch (decision.kind) {
    case "unauthenticated":
      return new UnauthenticatedError(
        "Sign in with an access token as the password (any username), or with your username and password.",
      );
    case "hidden":
    case "allowed":
      return new NotFoundError("Project");
    case "scope":
      return new ForbiddenError(
        `To ${verb(action)} takes a token with the scope ${decision.lacking.join(" or ")}, which this one does not have.`,
      );
    case "level":
      return new ForbiddenError(
        `To ${verb(action)} takes the level ${describeLevel(decision.needed)} in this project, and yours is ` +
          `${decision.own === NO_ACCESS ? "none" : describeLevel(decision.own)}.`,
      );
  }
}

function verb(action: GitAction): string {
  return action === "push" ? "push to this project" : "fetch from this project";
}
