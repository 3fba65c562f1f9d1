/**
 * Explains to a human what they themself get anywhere, and what somebody gets who is not signed in: by the functions that the
 * token endpoint decides by. A project that they do not see reads as one that does not exist, whoever is asked about.
 */
import { NO_ACCESS } from "../principals/access-level.ts";
import { ANONYMOUS, type UserPrincipal } from "../principals/principal.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import { visibilitiesOpenTo } from "../projects/find-project.ts";
import type { ExplainServices } from "./explain-access.ts";
import { decideScope } from "./explain-actions.ts";
import { READER_SENTENCE } from "./explain-credential.ts";
import { readExplainedScopes } from "./explained-scopes.ts";
import type { ExplainedProject, ExplainedStep, Explanation } from "./explanation.ts";
import { findRepositories } from "./grant-access.ts";
import { effectiveLevel } from "./policy.ts";

/** What is to be explained, and to whom. */
export interface ExplainOwnInput {
  /** As they are signed in, with all the scopes of that. */
  readonly caller: UserPrincipal;
  /** Who is asked about: the caller, or whoever is not signed in. */
  readonly subject: "caller" | "anonymous";
  /** As the token endpoint takes them. */
  readonly scopes: readonly string[];
}

/**
 * Explains what the caller gets, or what nobody in particular gets. One query, whatever there is.
 *
 * @throws ValidationError when a scope breaks the grammar
 * @see docs/spec/web.md "Explain, connect, first run"
 */
export async function explainOwnAccess(
  services: Pick<ExplainServices, "imageFacts">,
  { caller, subject, scopes }: ExplainOwnInput,
): Promise<Explanation> {
  // 1. What is asked for.
  const { requested, notes } = readExplainedScopes(scopes);
  // 2. The projects that the caller sees. Those that they do not see give them nothing: no answer is another without them.
  const found = [...(await findRepositories(services, caller, requested))];
  const seen = new Map(found.filter(([, facts]) => isSeen(caller, facts)));
  // 3. What is granted, and why.
  const isReader = subject === "caller";
  const principal = isReader ? caller : ANONYMOUS;
  const explained = requested.map((scope) => decideScope(principal, scope, seen, isReader));
  const steps: ExplainedStep[] = isReader ? [{ step: "user", passed: true, message: READER_SENTENCE }] : [];
  return {
    requested,
    granted: explained.flatMap(({ access }) => access),
    notes,
    steps,
    actions: explained.flatMap(({ actions }) => actions),
    projects: new Map(Array.from(seen, ([name, facts]) => [name, explainedProject(caller, facts)])),
  };
}

/** As findVisibleProject decides it. */
function isSeen(caller: UserPrincipal, facts: ImageFacts): boolean {
  return effectiveLevel(caller, facts) > NO_ACCESS || visibilitiesOpenTo(caller).includes(facts.project.visibility);
}

function explainedProject(caller: UserPrincipal, facts: ImageFacts): ExplainedProject {
  const { path, visibility } = facts.project;
  return { path, visibility, callerLevel: effectiveLevel(caller, facts) };
}
