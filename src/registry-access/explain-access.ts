/**
 * Explains what a registry would be allowed to do with a credential, and why, without the credential: by the very functions
 * that the token endpoint decides by, which tell a recorder what they ask. It leaves no trace: no last use, no event, no
 * failure that counts.
 */
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { withLimits } from "../authentication/authenticate-access-token.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import { findTokenById } from "../authentication/find-access-tokens.ts";
import { judgeAccessToken, type TokenStep } from "../authentication/judge-access-token.ts";
import { judgeHuman } from "../authentication/judge-human.ts";
import {
  ConflictError,
  ForbiddenError,
  InvalidTokenError,
  NotFoundError,
  RuleRefusedError,
  UnauthenticatedError,
  ValidationError,
} from "../errors.ts";
import { findVisibleUser } from "../members/find-visible-user.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { isAdministrator, type Principal, type SignedInPrincipal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS } from "../principals/repository-rules.ts";
import type { ImageFacts, ImageFactsFinder } from "../projects/find-image-facts.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import type { Project } from "../projects/project.entity.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";
import { type ExplainedToken, humanSentence, tokenSentence } from "./explain-credential.ts";
import {
  ANY_ACTION_SENTENCE,
  CATALOG_SENTENCE,
  catalogSentence,
  droppedSentence,
  foreignSentence,
  grantedSentence,
  nameOf,
  policySentence,
  ruleOf,
} from "./explain-sentences.ts";
import type { ExplainedAction, ExplainedStep, Explanation, ScopeNote } from "./explanation.ts";
import { findRepositories, grantAccess, isInProject } from "./grant-access.ts";
import type { PolicyRecorder } from "./policy.ts";
import { ANY_ACTION, parseScopes, type RequestedScope, renderScope } from "./requested-scope.ts";

/** The services that explaining needs. */
export interface ExplainServices
  extends Pick<AuthenticationServices, "database" | "clock" | "repositoryRules" | "allowLists"> {
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

/** A credential that was judged: whom it stands for, undefined where it is refused, and what was asked. */
interface JudgedCredential {
  readonly principal: SignedInPrincipal | undefined;
  readonly steps: readonly ExplainedStep[];
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
  const { project } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.maintainer);
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has nothing explained: a human asks");
  // 2. What is asked for, as the token endpoint reads it.
  const notes: ScopeNote[] = [];
  const parsed = parseScopes(input.scopes, (scope, part, value) => {
    notes.push({ scope, message: droppedSentence(scope, part, value) });
  });
  if (!parsed.ok) throw new ValidationError([{ field: "scopes", message: parsed.problem }]);
  for (const scope of parsed.scopes) {
    if (scope.type === "repository" && scope.actions.has(ANY_ACTION))
      notes.push({ scope: renderScope(scope), message: ANY_ACTION_SENTENCE });
  }
  // 3. Who is asked about.
  const { principal, steps } =
    "tokenId" in subject
      ? await judgeToken(services, project, subject.tokenId, input.address)
      : await judgeUser(services, caller, subject.userId);
  // 4. What lies outside of the project concerns administrators alone: for others it is not even looked up.
  const isTold = (scope: RequestedScope) =>
    isAdministrator(caller) || (scope.type === "repository" && isInProject(scope.name, project.fullPath.path));
  const told = parsed.scopes.filter(isTold);
  const repositories = principal === undefined ? new Map() : await findRepositories(services, principal, told);
  // 5. What is granted, and why.
  const explained = parsed.scopes.map((scope) => {
    if (!isTold(scope)) return { access: [], actions: hiddenActions(scope, project.fullPath.path) };
    return principal === undefined
      ? { access: [], actions: refusedActions(scope, steps) }
      : decide(principal, scope, repositories);
  });
  return {
    requested: parsed.scopes,
    granted: explained.flatMap(({ access }) => access),
    notes,
    steps,
    actions: explained.flatMap(({ actions }) => actions),
  };
}

async function judgeToken(
  services: ExplainServices,
  project: Project,
  tokenId: number,
  address: string | undefined,
): Promise<JudgedCredential> {
  const em = services.database.em();
  const stored = await em.findOne(AccessToken, { id: tokenId, project: project.id });
  const row = stored === null ? undefined : await findTokenById(services.database, tokenId);
  if (stored === null || row === undefined) throw new NotFoundError("Project Access Token");
  const { family } = stored;
  const current = await em.findOne(AccessToken, { family, revokedAt: null, retiresAt: null, id: { $ne: tokenId } });
  const { name, revokedAt = null } = stored;
  const token: ExplainedToken = { row, name, revokedAt, current: current?.id, address };
  const known = await withLimits(services, row);
  if (known === undefined) throw new ConflictError("the token was changed meanwhile: ask again");
  const steps: ExplainedStep[] = [];
  const record = (step: TokenStep, passed: boolean) => {
    const isAsked = step !== "address" || address !== undefined || row.ip_allow_list === null;
    const answer = isAsked ? passed : null;
    steps.push({ step, passed: answer, message: tokenSentence(step, answer, token) });
  };
  // Where no address is said, it is judged as a token that is accepted from everywhere.
  const judged = address === undefined ? { ...known, ipAllowList: undefined } : known;
  try {
    const sentNow = { now: services.clock.now(), address: address ?? "" };
    return { principal: judgeAccessToken(judged, sentNow, record), steps };
  } catch (error) {
    if (error instanceof InvalidTokenError || error instanceof UnauthenticatedError)
      return { principal: undefined, steps };
    throw error;
  }
}

async function judgeUser(
  { database }: ExplainServices,
  caller: SignedInPrincipal,
  userId: number,
): Promise<JudgedCredential> {
  const user = await findVisibleUser(database.em(), caller, { id: userId });
  if (user.userType === "project_bot")
    throw new RuleRefusedError("a bot has no password: have its project access token explained, by token_id");
  if (user.userType === "ghost") throw new RuleRefusedError("the Ghost User never signs in");
  const { username, state, admin } = user;
  const principal = judgeHuman({ userId, username, state, admin });
  const passed = principal !== undefined;
  return { principal, steps: [{ step: "user", passed, message: humanSentence(passed, username) }] };
}

/** What is granted of a scope, and the questions about each of its actions. */
function decide(
  principal: Principal,
  scope: RequestedScope,
  repositories: ReadonlyMap<string, ImageFacts>,
): { access: RegistryAccess[]; actions: ExplainedAction[] } {
  const { type, name } = scope;
  const repository = { name, facts: repositories.get(name) };
  const asked: { action: ExplainedAction["action"]; step: ExplainedStep }[] = [];
  const record: PolicyRecorder = (action, step, passed) => {
    const message =
      action === ANY_ACTION
        ? catalogSentence(step, passed, principal)
        : policySentence(step, passed, { principal, repository, action });
    const rule =
      action !== ANY_ACTION && step === "rules" && passed ? ruleOf(principal, action, repository) : undefined;
    asked.push({ action, step: { step, passed, message, rule } });
  };
  const access = grantAccess(principal, scope, repositories, record);
  const granted = new Set<string>(access.flatMap(({ actions }) => actions));
  const actions = actionsOf(scope).map((action) => {
    const steps = asked.filter((each) => each.action === action).map(({ step }) => step);
    const isGranted = granted.has(action);
    const message = isGranted ? grantedSentence(action, name, nameOf(principal)) : (steps.at(-1)?.message ?? "");
    return { type, name, action, granted: isGranted, message, steps };
  });
  return { access, actions };
}

/** The actions of a scope where the credential was refused: for the reason that it was. */
function refusedActions(scope: RequestedScope, steps: readonly ExplainedStep[]): ExplainedAction[] {
  const { type, name } = scope;
  const message = steps.at(-1)?.message ?? "";
  return actionsOf(scope).map((action) => ({ type, name, action, granted: false, message, steps: [] }));
}

/** The actions of a scope that is not told about: they look the same whatever there is, and whoever is asked about. */
function hiddenActions(scope: RequestedScope, projectPath: string): ExplainedAction[] {
  const { type, name } = scope;
  const [step, message] =
    type === "registry"
      ? (["administrator", CATALOG_SENTENCE] as const)
      : (["project", foreignSentence(name, projectPath)] as const);
  const steps = [{ step, passed: false, message }];
  return actionsOf(scope).map((action) => ({ type, name, action, granted: false, message, steps }));
}

function actionsOf({ type, actions }: RequestedScope): ExplainedAction["action"][] {
  return type === "repository" && actions.has(ANY_ACTION) ? [...REPOSITORY_ACTIONS] : [...actions];
}
