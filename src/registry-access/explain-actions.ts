/** Explains each action on each repository that is asked for: the policy decides, and tells a recorder what it asks. */
import type { Principal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS } from "../principals/repository-rules.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";
import {
  CATALOG_SENTENCE,
  catalogSentence,
  foreignSentence,
  grantedSentence,
  nameOf,
  policySentence,
  ruleOf,
} from "./explain-sentences.ts";
import type { ExplainedAction, ExplainedStep } from "./explanation.ts";
import { grantAccess } from "./grant-access.ts";
import type { PolicyRecorder } from "./policy.ts";
import { ANY_ACTION, type RequestedScope } from "./requested-scope.ts";

/** What would be granted of a scope, and each of its actions. */
export interface ExplainedScope {
  readonly access: readonly RegistryAccess[];
  readonly actions: readonly ExplainedAction[];
}

/**
 * What is granted of a scope, and the questions about each of its actions.
 *
 * @param isReader whether the principal is who reads the sentences
 */
export function decideScope(
  principal: Principal,
  scope: RequestedScope,
  repositories: ReadonlyMap<string, ImageFacts>,
  isReader = false,
): ExplainedScope {
  const { type, name } = scope;
  const repository = { name, facts: repositories.get(name) };
  const asked: { action: ExplainedAction["action"]; step: ExplainedStep }[] = [];
  const record: PolicyRecorder = (action, step, passed) => {
    const message =
      action === ANY_ACTION
        ? catalogSentence(step, passed, principal)
        : policySentence(step, passed, { principal, repository, action, isReader });
    const rule =
      action !== ANY_ACTION && step === "rules" && passed ? ruleOf(principal, action, repository) : undefined;
    asked.push({ action, step: { step, passed, message, rule } });
  };
  const access = grantAccess(principal, scope, repositories, record);
  const granted = new Set<string>(access.flatMap(({ actions }) => actions));
  const actions = actionsOf(scope).map((action) => {
    const steps = asked.filter((each) => each.action === action).map(({ step }) => step);
    const isGranted = granted.has(action);
    const message = isGranted
      ? grantedSentence(action, name, nameOf(principal, isReader))
      : (steps.at(-1)?.message ?? "");
    return { type, name, action, granted: isGranted, message, steps };
  });
  return { access, actions };
}

/** A scope where the credential was refused: so is every action, for the reason that the credential was. */
export function refuseScope(scope: RequestedScope, steps: readonly ExplainedStep[]): ExplainedScope {
  const { type, name } = scope;
  const message = steps.at(-1)?.message ?? "";
  const actions = actionsOf(scope).map((action) => ({ type, name, action, granted: false, message, steps: [] }));
  return { access: [], actions };
}

/** A scope that is not told about: it looks the same whatever there is, and whoever is asked about. */
export function hideScope(scope: RequestedScope, projectPath: string): ExplainedScope {
  const { type, name } = scope;
  const [step, message] =
    type === "registry"
      ? (["administrator", CATALOG_SENTENCE] as const)
      : (["project", foreignSentence(name, projectPath)] as const);
  const steps = [{ step, passed: false, message }];
  const actions = actionsOf(scope).map((action) => ({ type, name, action, granted: false, message, steps }));
  return { access: [], actions };
}

function actionsOf({ type, actions }: RequestedScope): ExplainedAction["action"][] {
  return type === "repository" && actions.has(ANY_ACTION) ? [...REPOSITORY_ACTIONS] : [...actions];
}
