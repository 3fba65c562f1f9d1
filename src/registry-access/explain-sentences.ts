/**
 * The sentences of an explanation: each says what the answer to a question means, and of a refusal, what to do. They are
 * made from the record of what was asked and from the facts that were decided by; nothing is decided here. Those about the
 * credential itself are in explain-credential.ts.
 */
import { MAXIMUM_PROJECT_DEPTH } from "../namespaces/path.ts";
import { describeLevel, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, SignedInPrincipal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction, type RepositoryRules } from "../principals/repository-rules.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import type { NumberedRule } from "./explanation.ts";
import {
  type CatalogStep,
  effectiveLevel,
  LEVEL_OF_ACTION,
  nameInProject,
  type PolicyStep,
  type Repository,
  SCOPE_OF_ACTION,
} from "./policy.ts";
import { ANY_ACTION, type DroppedPart } from "./requested-scope.ts";

/** What was asked about, and of whom. */
export interface AskedAction {
  readonly principal: Principal;
  readonly repository: Repository;
  readonly action: RepositoryAction;
  /** Whether the principal is who reads the sentence, and so is called "you". */
  readonly isReader: boolean;
}

/** What a question about an action on a repository answered. */
export function policySentence(step: PolicyStep, passed: boolean, asked: AskedAction): string {
  const { principal, repository, action } = asked;
  const { name, facts } = repository;
  const path = facts?.project.path;
  switch (step) {
    case "project":
      return passed
        ? `${name} is a repository of the project ${path}`
        : `no project holds ${name}${tooDeep(name)}: check the name, or create the project first`;
    case "registry":
      return passed
        ? `the registry of ${path} is on`
        : `the registry of ${path} is off: a Maintainer turns it on, as by keyside project update ${path} --registry on`;
    case "public":
      return `${path} is public: everybody may pull from it`;
    case "credential":
      return passed ? "there is a credential" : `nobody is signed in: sign in before ${DOING[action]}`;
    case "scope":
      return scopeSentence(principal, SCOPE_OF_ACTION[action], passed);
    case "level":
      if (principal.kind === "anonymous" || facts === undefined) return NOBODY;
      return levelSentence({ ...asked, principal }, facts, passed);
    case "rules":
      if (principal.kind !== "bot") return "a human has no repository rules";
      if (principal.repositoryRules === undefined)
        return `the token has no repository rules: it reaches all of ${path}`;
      return rulesSentence(principal.repositoryRules, action, repository);
  }
}

/** What a question about the catalog answered. */
export function catalogSentence(step: CatalogStep, passed: boolean, principal: Principal): string {
  switch (step) {
    case "administrator":
      if (passed) return `${nameOf(principal)} is an administrator`;
      return principal.kind === "user"
        ? `${principal.username} is no administrator: administrators alone list the catalog`
        : "a project access token never lists the catalog: an administrator's credential does";
    case "scope":
      return scopeSentence(principal, SCOPE_OF_ACTION.pull, passed);
  }
}

/** Why nothing is told about a repository that is not the project's: the same whatever it is. */
export function foreignSentence(name: string, projectPath: string): string {
  return `${name} is not this project's: here is told only what concerns ${projectPath}; of another project, ask there`;
}

/** Why nothing is told about the catalog to whoever is no administrator. */
export const CATALOG_SENTENCE = "the catalog is not this project's: administrators alone are told who lists it";

/** That an action is granted. */
export function grantedSentence(action: RepositoryAction | typeof ANY_ACTION, name: string, who: string): string {
  return action === ANY_ACTION ? `${who} may list the catalog` : `${who} may ${PREPOSITIONS[action]} ${name}`;
}

/** What was dropped of a scope. */
export function droppedSentence(scope: string, part: DroppedPart, value: string): string {
  const shown = JSON.stringify(value.slice(0, SHOWN_CHARACTERS));
  const isOfRegistry = scope.startsWith("registry");
  switch (part) {
    case "type":
      return `dropped: ${shown} is no type that is known here; repository and registry are`;
    case "name":
      return isOfRegistry
        ? `dropped: a registry has no ${shown} to ask for; it has a catalog`
        : "dropped: it names no repository";
    case "actions":
      return isOfRegistry
        ? `dropped, as no action on the catalog: ${shown}; its one action is ${ANY_ACTION}`
        : `dropped, as no action on a repository: ${shown}; its actions are ${[...REPOSITORY_ACTIONS, ANY_ACTION].join(", ")}`;
  }
}

/** What `*` stands for. */
export const ANY_ACTION_SENTENCE = `* stands for ${REPOSITORY_ACTIONS.join(", ")}: of these is granted what is allowed, and never * itself`;

/** The rule of a principal's that allows an action; undefined where none does, or there are none. */
export function ruleOf(
  principal: Principal,
  action: RepositoryAction,
  repository: Repository,
): NumberedRule | undefined {
  if (principal.kind !== "bot" || principal.repositoryRules === undefined) return undefined;
  const { repositoryRules: rules } = principal;
  const rule = rules.allowing(action, nameInRules(repository));
  return rule === undefined ? undefined : { number: rules.rules.indexOf(rule) + 1, ...rule };
}

/** How sentences call whoever is asked about. */
export function nameOf(principal: Principal, isReader = false): string {
  if (isReader) return "you";
  switch (principal.kind) {
    case "user":
      return principal.username;
    case "bot":
      return "the token";
    case "anonymous":
      return "everybody";
  }
}

const SHOWN_CHARACTERS = 100;
const SHOWN_RULES = 3;
const SHOWN_PATTERNS = 4;

const NOBODY = "nobody is signed in";

const DOING: Readonly<Record<RepositoryAction, string>> = { pull: "pulling", push: "pushing", delete: "deleting" };
const PREPOSITIONS: Readonly<Record<RepositoryAction, string>> = {
  pull: "pull from",
  push: "push to",
  delete: "delete in",
};

function scopeSentence(principal: Principal, scope: string, passed: boolean): string {
  if (principal.kind === "user" && principal.tokenId === null) return `a password has every scope, and so ${scope}`;
  return passed ? `the token has ${scope}` : `the token lacks ${scope}: make one that has it`;
}

/** A question about somebody who is signed in. */
type SignedInQuestion = AskedAction & { readonly principal: SignedInPrincipal };

function levelSentence(asked: SignedInQuestion, facts: ImageFacts, passed: boolean): string {
  const { principal, action } = asked;
  const { project } = facts;
  if (principal.kind === "bot" && principal.project.id !== project.id) {
    return `a project access token opens its own project alone, which is ${principal.project.path}: make one of ${project.path}`;
  }
  if (action === "pull" && project.visibility === "internal") {
    return principal.kind === "bot"
      ? `${project.path} is internal: its own bots may pull, whatever their level`
      : `${project.path} is internal: every human may pull`;
  }
  const level = effectiveLevel(principal, facts);
  const needed = `${DOING[action]} needs ${describeLevel(LEVEL_OF_ACTION[action])}`;
  return `${levelHere(asked, level, facts)}; ${needed}${passed ? "" : `: ${levelRemedy(asked, level, project.path)}`}`;
}

function levelHere({ principal, isReader }: SignedInQuestion, level: number, facts: ImageFacts): string {
  if (principal.kind === "bot") return `the bot is ${describeLevel(level)} here`;
  const name = nameOf(principal, isReader);
  const is = isReader ? "are" : "is";
  if (principal.admin)
    return `${name} ${isReader ? "count" : "counts"} as ${describeLevel(level)} here, as an administrator`;
  if (level === NO_ACCESS) return `${name} ${is} no member here`;
  const { levelFrom, project } = facts;
  const origin = levelFrom === undefined || levelFrom === project.path ? "" : `, inherited from ${levelFrom}`;
  return `${name} ${is} ${describeLevel(level)} here${origin}`;
}

function levelRemedy({ principal, isReader }: SignedInQuestion, level: number, path: string): string {
  if (principal.kind === "bot") return "make a token of that level";
  if (isReader) return `ask a Maintainer of ${path} for that level`;
  return level === NO_ACCESS ? "add them to the project at that level" : "give them that level";
}

function rulesSentence(rules: RepositoryRules, action: RepositoryAction, repository: Repository): string {
  const inRules = nameInRules(repository);
  const allowing = rules.allowing(action, inRules);
  if (allowing !== undefined)
    return `rule ${rules.rules.indexOf(allowing) + 1} allows ${action} on ${patterns(allowing.repositories)}`;
  const count =
    rules.rules.length === 1 ? "its one rule does not allow" : `none of its ${rules.rules.length} rules allows`;
  return `${count} ${action} on ${repository.name}: ${nearest(rules, action, inRules)}; make a token with a rule that does`;
}

/** The rules that come nearest: those that match the repository, then those that allow the action somewhere, then others. */
function nearest(all: RepositoryRules, action: RepositoryAction, inRules: string): string {
  const { rules } = all;
  const matching = REPOSITORY_ACTIONS.flatMap((each) => all.allowing(each, inRules) ?? []);
  const near = [...new Set([...matching, ...rules.filter(({ actions }) => actions.includes(action)), ...rules])];
  const shown = near.slice(0, SHOWN_RULES).map((rule) => ({ number: rules.indexOf(rule) + 1, rule }));
  const words = shown
    .sort((one, other) => one.number - other.number)
    .map(({ number, rule }) => `rule ${number} allows ${rule.actions.join(", ")} on ${patterns(rule.repositories)}`);
  return andMore(words, near.length - SHOWN_RULES);
}

/** What lies deeper than projects do, is looked up no deeper; old projects may. */
function tooDeep(name: string): string {
  if (name.split("/").length <= MAXIMUM_PROJECT_DEPTH) return "";
  return `, as far as the first ${MAXIMUM_PROJECT_DEPTH} segments of the name say`;
}

function nameInRules({ name, facts }: Repository): string {
  return facts === undefined ? "" : nameInProject(name, facts.project.path);
}

function patterns(repositories: readonly string[]): string {
  return listed(
    repositories.map((pattern) => (pattern === "" ? "the project's own repository" : pattern)),
    SHOWN_PATTERNS,
  );
}

/** The first few, and how many more there are. */
export function listed(items: readonly string[], shown: number): string {
  return andMore(items.slice(0, shown), items.length - shown);
}

function andMore(words: readonly string[], more: number): string {
  return words.join(", ") + (more > 0 ? `, and ${more} more` : "");
}
