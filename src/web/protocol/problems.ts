/** What a form says of an error: which fields are wrong, and how. */
import {
  AccessLevelTooHighError,
  AlreadyRevokedError,
  ConflictError,
  type FieldProblem,
  RuleRefusedError,
  TooManyFailuresError,
  UnauthenticatedError,
  UnavailableError,
  ValidationError,
} from "../../errors.ts";
import { sentence } from "./page-error.ts";

/** Of these, the whole form is told in a sentence; it can be mended or sent again. */
const OF_THE_FORM = [
  ...[RuleRefusedError, ConflictError, AlreadyRevokedError, AccessLevelTooHighError, TooManyFailuresError],
  ...[UnauthenticatedError, UnavailableError],
];

/**
 * The problems that a form lists, whose fields are named as the form's are; undefined for an error that sending another
 * form does not mend.
 */
export function problemsOf(thrown: unknown): readonly FieldProblem[] | undefined {
  if (thrown instanceof ValidationError) {
    return thrown.problems.map(({ field, message }) => ({ field: snakeCase(field), message }));
  }
  const found = OF_THE_FORM.some((kind) => thrown instanceof kind);
  return found && thrown instanceof Error ? [{ field: "", message: sentence(thrown.message) }] : undefined;
}

function snakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
