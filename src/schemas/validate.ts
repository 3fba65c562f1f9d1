/** Validates what a client sends with a schema, and reports each problem in GitLab's words. */
import type { z } from "zod";
import { type FieldProblem, ValidationError } from "../errors.ts";

const SHOWN_CHARACTERS = 60;

/** Parameters whose values must not be repeated in a message: some take a secret for a number, or send the private half of a key. */
const SECRET_FIELDS = new Set(["password", "current_password", "token", "token_id", "key"]);

/**
 * Parses the input with the schema; parameters that the schema does not know are dropped.
 *
 * @throws ValidationError naming each wrong field, its value and the expected form
 * @see docs/spec/rest-api.md "Failures"
 */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(toProblem);
  throw new ValidationError([...new Map(problems.map((problem) => [problem.field, problem])).values()]);
}

function toProblem(issue: z.core.$ZodIssue): FieldProblem {
  const field = fieldOf(issue.path);
  return { field, message: describe(issue, SECRET_FIELDS.has(field) ? () => "its value" : showValue) };
}

/** GitLab names the parameter alone; what lies within an object is named by its place: `repository_rules[0].actions`. */
function fieldOf([first, ...rest]: readonly PropertyKey[]): string {
  if (first === undefined) return "body";
  const isWithinObject = rest.some((key) => typeof key === "string");
  return isWithinObject ? [first, ...rest].map(placeOf).join("") : String(first);
}

function placeOf(key: PropertyKey, index: number): string {
  if (typeof key === "number") return `[${key}]`;
  return index === 0 ? String(key) : `.${String(key)}`;
}

function describe(issue: z.core.$ZodIssue, show: (value: unknown) => string): string {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return "is missing";
  if (issue.code === "custom" && issue.params?.["missing"] === true) return "is missing";
  if (issue.code === "invalid_type" && issue.expected === "never") return "is not supported here";
  if (issue.code === "custom" && typeof issue.params?.["problem"] === "string")
    return `is invalid: ${show(issue.input)} ${issue.params["problem"]}`;
  switch (issue.code) {
    case "too_small":
      return issue.minimum === 1 && issue.origin !== "number"
        ? "is empty"
        : `is too small (minimum is ${issue.minimum}${unit(issue.origin)})`;
    case "too_big":
      return `is too ${issue.origin === "number" ? "large" : "long"} (maximum is ${issue.maximum}${unit(issue.origin)})`;
    case "invalid_type":
      return `is invalid: ${show(issue.input)} is not ${article(issue.expected)}`;
    case "invalid_value":
      return `does not have a valid value: ${show(issue.input)} is not one of ${issue.values.map(String).join(", ")}`;
    default:
      return `is invalid: ${show(issue.input)} is not ${issue.message}`;
  }
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " elements" : "";
}

function article(type: string): string {
  return `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

/** The value as JSON, cut short so that the message stays readable. */
function showValue(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}
