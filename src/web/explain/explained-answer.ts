/** An explanation, for people: first the verdict on each action, then the steps in their order, with what mends a refusal. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import type {
  ExplainedAction,
  ExplainedProject,
  ExplainedStep,
  Explanation,
} from "../../registry-access/explanation.ts";
import { badge } from "../parts/badge.ts";
import { disclosure } from "../parts/disclosure.ts";
import { type Fact, facts } from "../parts/facts.ts";
import { sectionHead } from "../parts/section-head.ts";
import { type StepState, steps } from "../parts/steps.ts";
import { visibilityBadge } from "../parts/visibility.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { ExplainPlace } from "./explain-place.ts";
import type { Question } from "./explain-question.ts";
import { type MendingContext, mendingLinks } from "./mending-links.ts";

/** A question with what was answered. */
export interface Answer {
  readonly question: Question;
  readonly explanation: Explanation;
}

/** Where it is shown, and to whom. */
export interface AnswerSurroundings {
  readonly place: ExplainPlace;
  readonly caller: UserPrincipal;
  readonly links: PageLinks;
}

/** What each step is about, in a word or two. */
const STEP_NAMES: Readonly<Record<ExplainedStep["step"], string>> = {
  ...{ revoked: "Revoked", grace: "Grace", expiry: "End date", user: "Account", address: "Address" },
  ...{ project: "Project", registry: "Registry", public: "Visibility", credential: "Signed in", scope: "Scope" },
  ...{ level: "Role", rules: "Repository rules", administrator: "Administrator" },
};

const ACTION_NAMES: Readonly<Record<ExplainedAction["action"], string>> = {
  ...{ pull: "Pull", push: "Push", delete: "Delete", "*": "All" },
};

/** The answer. */
export function explainedAnswer({ question, explanation }: Answer, surroundings: AnswerSurroundings): SafeHtml {
  const { steps: ofCredential, projects } = explanation;
  const alike = actionsAlike(explanation.actions);
  const project = projects.get(question.repository);
  const context = { ...surroundings, subject: question.subject, project };
  return html`<section class="card pad" aria-labelledby="answer">${sectionHead("answer", whatIsGot(question, surroundings.place))}
${facts([...alike.map(verdict), ...whatWasAsked(question, project, surroundings)])}</section>
${ofCredential.length === 0 ? null : credentialSteps(ofCredential, context)}
${alike.filter(([{ steps: list }]) => list.length > 0).map((some) => actionSteps(some, context))}`;
}

/** Some actions with the same steps and the same end: one at least. */
type ActionsAlike = readonly [ExplainedAction, ...ExplainedAction[]];

/** What is the same for several actions is said once. */
function actionsAlike(actions: readonly ExplainedAction[]): readonly ActionsAlike[] {
  const groups = new Map<string, [ExplainedAction, ...ExplainedAction[]]>();
  for (const action of actions) {
    const key = JSON.stringify([action.message, action.steps]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [action]);
    else group.push(action);
  }
  return [...groups.values()];
}

function namesOf(actions: ActionsAlike): string {
  return actions.map(({ action }) => ACTION_NAMES[action]).join(", ");
}

function whatIsGot({ subject }: Question, { tokens = [] }: ExplainPlace): SafeHtml {
  switch (subject.who) {
    case "me":
      return html`What you get`;
    case "nobody":
      return html`What anybody gets without signing in`;
    case "member":
      return html`What <bdi>${subject.username}</bdi> gets`;
    case "token": {
      const { tokenId } = subject;
      const name = tokens.find(({ value }) => value === String(tokenId))?.words ?? String(tokenId);
      return html`What the token <bdi>${name}</bdi> gets`;
    }
  }
}

function verdict(actions: ActionsAlike): Fact {
  const [{ granted, message }] = actions;
  return { name: namesOf(actions), value: html`${verdictBadge(granted)} <bdi>${message}</bdi>` };
}

function verdictBadge(granted: boolean): SafeHtml {
  return granted ? badge("Allowed", "ok") : badge("Refused", "bad");
}

function whatWasAsked(
  { scope, repository, actions }: Question,
  project: ExplainedProject | undefined,
  { place, links }: AnswerSurroundings,
): Fact[] {
  const asked = { name: "Asked for", value: html`<code>${scope}</code>` };
  if (project === undefined) return [asked];
  const { path, visibility, callerLevel } = project;
  const value = html`<a href="${links.place(path)}"><bdi>${path}</bdi></a>`;
  const seenBy = { name: "Visibility", value: visibilityBadge(visibility) };
  const mayAskMore = place.project?.path !== path && callerLevel >= ACCESS_LEVELS.maintainer;
  if (!mayAskMore) return [asked, { name: "Project", value }, seenBy];
  const href = links.explain({ project: path }, { repository, actions: actions.join(",") });
  return [
    asked,
    { name: "Project", value, note: html`<a href="${href}">Ask about its members and its tokens</a>` },
    seenBy,
  ];
}

function credentialSteps(list: readonly ExplainedStep[], context: MendingContext): SafeHtml {
  const isAccepted = list.every(({ passed }) => passed !== false);
  const what = context.subject.who === "token" ? "The token itself" : "The account itself";
  return folded(
    html`${what} ${isAccepted ? badge("Accepted", "ok") : badge("Refused", "bad")}`,
    list,
    context,
    !isAccepted,
  );
}

function actionSteps(actions: ActionsAlike, context: MendingContext): SafeHtml {
  const [{ action, granted, steps: list }] = actions;
  return folded(
    html`${namesOf(actions)} ${verdictBadge(granted)}`,
    list,
    { ...context, isPull: action === "pull" },
    !granted,
  );
}

/** Steps that lead to a refusal are in sight, others are folded. */
function folded(summary: SafeHtml, list: readonly ExplainedStep[], context: MendingContext, isOpen: boolean): SafeHtml {
  const shown = list.map(({ step, passed, message }) => {
    const links = passed === false ? mendingLinks(step, context) : [];
    const buttons = links.map(({ href, words }) => html`<a class="btn" href="${href}">${words}</a>`);
    const mends = buttons.length === 0 ? null : html`<div class="acts">${buttons}</div>`;
    return { title: STEP_NAMES[step], ...markOf(passed), text: html`<bdi>${message}</bdi>${mends}` };
  });
  return disclosure({ summary, content: html`<div class="pad">${steps(shown)}</div>`, isOpen, isCard: true });
}

function markOf(passed: boolean | null): { state: StepState; words: string } {
  if (passed === null) return { state: "later", words: "Not asked" };
  return passed ? { state: "done", words: "Passed" } : { state: "failed", words: "Refused" };
}
