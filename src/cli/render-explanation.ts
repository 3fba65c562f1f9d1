/** An explanation as lines for a person: what would be granted, then why what is refused is, then every step. Pure. */
import type { z } from "zod";
import type { explainResult } from "../api/explain.schema.ts";
import { renderScope } from "../registry-access/requested-scope.ts";

/** The API's answer. */
export type ShownExplanation = z.output<typeof explainResult>;

type Action = ShownExplanation["actions"][number];
type Step = ShownExplanation["steps"][number];

/**
 * The lines of an explanation.
 *
 * @param credential what was asked about, as its steps are headed: `Token 42`
 */
export function renderExplanation(explanation: ShownExplanation, credential: string): string[] {
  const { requested, granted, notes, steps, actions } = explanation;
  const width = Math.max(0, ...[steps, ...actions.map((action) => action.steps)].flat().map(({ step }) => step.length));
  const isAccepted = steps.every(({ passed }) => passed !== false);
  const signIn = isAccepted ? "signing in" : "nothing";
  return [
    ...titled("Asked", requested.length === 0 ? ["signing in, and nothing else"] : requested.map(renderScope)),
    ...titled(
      "Granted",
      granted.length === 0 ? [requested.length === 0 ? signIn : "nothing"] : granted.map(renderScope),
    ),
    ...notes.flatMap(({ scope, message }) => titled("Note", [`${scope}: ${message}`])),
    ...steps.filter(({ passed }) => passed === null).flatMap(({ message }) => titled("Note", [message])),
    ...refusals(actions, isAccepted ? [] : steps.slice(-1)),
    ...section(credential, steps, width),
    ...actions
      .filter((action) => action.steps.length > 0)
      .flatMap((action) =>
        section(`${whatOf([action])}: ${action.granted ? "granted" : "refused"}`, action.steps, width),
      ),
  ];
}

/** Each sentence once, above what it refuses. */
function refusals(actions: readonly Action[], credential: readonly Step[]): string[] {
  const refused = actions.filter(({ granted }) => !granted);
  const bySentence = Map.groupBy(refused, ({ message }) => message);
  for (const { message } of credential) if (!bySentence.has(message)) bySentence.set(message, []);
  return [...bySentence].flatMap(([message, together]) => {
    const heads = [...Map.groupBy(together, ({ name }) => name).values()].map(whatOf);
    return ["", ...(heads.length === 0 ? ["signing in"] : heads).map((head) => `${CROSS} ${head}`), `  ${message}`];
  });
}

/** `pull, push on team/app/web` */
function whatOf(actions: readonly Action[]): string {
  const [first] = actions;
  const name = first?.type === "registry" ? `the ${first.name}` : first?.name;
  return `${actions.map(({ action }) => action).join(", ")} on ${name}`;
}

function section(title: string, steps: readonly Step[], width: number): string[] {
  return [
    "",
    title,
    ...steps.map(({ step, passed, message }) => `  ${markOf(passed)} ${step.padEnd(width)}  ${message}`),
  ];
}

/** The title before the first of some lines, and the others below it. */
function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? title : "").padEnd(TITLE_WIDTH)}${line}`);
}

function markOf(passed: boolean | null): string {
  if (passed === null) return "-";
  return passed ? TICK : CROSS;
}

const TITLE_WIDTH = "Granted  ".length;
const TICK = "✓";
const CROSS = "✗";
