/** Reads the scopes that an explanation is asked for, as the token endpoint reads them, and says what was made of them. */
import { ValidationError } from "../errors.ts";
import { ANY_ACTION_SENTENCE, droppedSentence } from "./explain-sentences.ts";
import type { ScopeNote } from "./explanation.ts";
import { ANY_ACTION, parseScopes, type RequestedScope, renderScope } from "./requested-scope.ts";

/** What is asked for, and what was dropped of it or stands for more. */
export interface ExplainedScopes {
  readonly requested: readonly RequestedScope[];
  readonly notes: readonly ScopeNote[];
}

/**
 * Reads scopes.
 *
 * @throws ValidationError naming the field `scopes` when one breaks the grammar
 */
export function readExplainedScopes(scopes: readonly string[]): ExplainedScopes {
  const notes: ScopeNote[] = [];
  const parsed = parseScopes(scopes, (scope, part, value) => {
    notes.push({ scope, message: droppedSentence(scope, part, value) });
  });
  if (!parsed.ok) throw new ValidationError([{ field: "scopes", message: parsed.problem }]);
  for (const scope of parsed.scopes) {
    if (scope.type === "repository" && scope.actions.has(ANY_ACTION))
      notes.push({ scope: renderScope(scope), message: ANY_ACTION_SENTENCE });
  }
  return { requested: parsed.scopes, notes };
}
