/** What a form shows: what was typed, and what is wrong with it. Passwords are never shown again. */
import type { FieldProblem } from "../../errors.ts";

/** The fields of a form as they were sent; a name that came more than once has a list. */
export type TypedFields = Readonly<Record<string, string | readonly string[]>>;

/** The field in which a form asks for the password again. @see docs/spec/web.md "Sign-in and sessions" */
export const CONFIRMATION_FIELD = "your_password";

/** Fields whose values no page shows. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([CONFIRMATION_FIELD, "password", "current_password"]);

/** The field of a form that something lies in: `repository_rules` for `repository_rules[0].actions`. */
export function fieldOf(place: string): string {
  return place.replace(/\[.*$/s, "");
}

/** A form as it is to be shown. */
export class FormState {
  readonly #typed: TypedFields;
  /** What is wrong, in the order in which it is to be read; a field of "" is about the form as a whole. */
  readonly problems: readonly FieldProblem[];

  constructor(typed: TypedFields = {}, problems: readonly FieldProblem[] = []) {
    this.#typed = typed;
    this.problems = problems;
  }

  /** The same form with other values in some fields. */
  with(fields: TypedFields): FormState {
    return new FormState({ ...this.#typed, ...fields }, this.problems);
  }

  /** The text of a field; empty where there is none, and of a password always. */
  value(field: string): string {
    const value = this.#read(field);
    return (typeof value === "string" ? value : value[0]) ?? "";
  }

  /** All values of a field that may be given more than once. */
  values(field: string): readonly string[] {
    const value = this.#read(field);
    return typeof value === "string" ? [value] : value;
  }

  /** What is wrong with a field, or with a part of it, in words that follow its label; undefined where nothing is. */
  problem(field: string): string | undefined {
    return this.problems.find((problem) => fieldOf(problem.field) === field)?.message;
  }

  #read(field: string): string | readonly string[] {
    return SECRET_FIELDS.has(field) ? [] : (this.#typed[field] ?? []);
  }
}
