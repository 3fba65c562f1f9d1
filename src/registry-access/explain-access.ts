/**
 * Explains what a registry would be allowed to do with a credential, and why, without the credential: by the very functions
 * that the token endpoint decides by, which tell a recorder what they ask. It leaves no trace: no last use, no event, no
 * failure that counts.
 */
import { ForbiddenError } from "../errors.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import type { ImageFacts, ImageFactsFinder } from "../projects/find-image-facts.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { decideScope, hideScope, refuseScope } from "./explain-actions.ts";
import { readExplainedScopes } from "./explained-scopes.ts";
import type { ExplainedProject, Explanation } from "./explanation.ts";
import { findRepositories, isInProject } from "./grant-access.ts";
import { type JudgingServices, judgeToken, judgeUser } from "./judge-subject.ts";
import type { RequestedScope } from "./requested-scope.ts";

/** The services that explaining needs. */
export interface ExplainServices extends JudgingServices {
  readonly imageFacts: Pick<ImageFactsFinder, "find">;
}

/** What is to be explained, and to whom. */
export interface ExplainInput {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  /** A token of the project, or a human as with their password: by number, never by a secret. */
  readonly subject: { readonly tokenId: number } | { readonly userId: number };
  /** As the token endpoint takes them. */
  readonly scopes: readonly string[];
  /** Where the request would come from; undefined: that is not asked. */
  readonly address: string | undefined;
}

/**
 * Explains to a Maintainer of a project what somebody gets there, and to an administrator what they get anywhere.
 *
 * @throws NotFoundError when the caller does not see the project, it has no such token, or they see no such user
 * @throws ForbiddenError when the caller is no Maintainer, or a bot
 * @throws ValidationError when a scope breaks the grammar
 * @throws RuleRefusedError when the user is no human
 * @see docs/spec/rest-api.md "Explain"
 */
export async function explainAccess(services: ExplainServices, input: ExplainInput): Promise<Explanation> {
  const { caller, subject } = input;
  // 1. Who may ask: the project's Maintainers, as far as they are human.
  const em = services.database.em();
  const { project, accessLevel } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.maintainer);
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has nothing explained: a human asks");
  // 2. What is asked for.
  const { requested, notes } = readExplainedScopes(input.scopes);
  // 3. Who is asked about.
  const { principal, steps } =
    "tokenId" in subject
      ? await judgeToken(services, project, subject.tokenId, input.address)
      : await judgeUser(services, caller, subject.userId);
  // 4. What lies outside of the project concerns administrators alone: for others it is not even looked up.
  const { path } = project.fullPath;
  const isOwn = ({ type, name }: RequestedScope) => type === "repository" && isInProject(name, path);
  const isTold = (scope: RequestedScope) => isAdministrator(caller) || isOwn(scope);
  const told = requested.filter(isTold);
  const repositories: ReadonlyMap<string, ImageFacts> =
    principal === undefined ? new Map() : await findRepositories(services, principal, told);
  // 5. What is granted, and why.
  const explained = requested.map((scope) => {
    if (!isTold(scope)) return hideScope(scope, path);
    return principal === undefined ? refuseScope(scope, steps) : decideScope(principal, scope, repositories);
  });
  return {
    requested,
    granted: explained.flatMap(({ access }) => access),
    notes,
    steps,
    actions: explained.flatMap(({ actions }) => actions),
    projects: new Map(
      told.flatMap((scope): [string, ExplainedProject][] => {
        const found = isOwn(scope) ? { ...project, path } : repositories.get(scope.name)?.project;
        if (found === undefined) return [];
        return [[scope.name, { path: found.path, visibility: found.visibility, callerLevel: accessLevel }]];
      }),
    ),
  };
}
