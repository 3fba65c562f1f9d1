/** The kinds of parameter fields and their validation, which reports each problem in GitLab's words. */
import { z } from "zod";
import { type FieldProblem, ValidationError } from "../../errors.ts";

const SHOWN_CHARACTERS = 60;

/** Parameters whose values must not be repeated in a message. */
const SECRET_FIELDS = new Set(["password"]);

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
  const field = issue.path.length === 0 ? "body" : String(issue.path[0]);
  return { field, message: describe(issue, SECRET_FIELDS.has(field) ? () => "its value" : showValue) };
}

function describe(issue: z.core.$ZodIssue, show: (value: unknown) => string): string {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return "is missing";
  if (issue.code === "custom" && issue.params?.["missing"] === true) return "is missing";
  if (issue.code === "invalid_type" && issue.expected === "never") return "is not supported here";
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

/** A text of 1 to `maximum` characters without control characters: PostgreSQL refuses NUL, others upset terminals. */
export function text(maximum: number) {
  return z.string().trim().min(1).max(maximum).refine(isWellFormed, WELL_FORMED);
}

/** A search text: like `text`, but may be empty, which matches everything. */
export function searchText(maximum: number) {
  return z.string().trim().max(maximum).refine(isWellFormed, WELL_FORMED);
}

/** Like `text`, but may be empty and have several lines. */
export function prose(maximum: number) {
  return z
    .string()
    .max(maximum)
    .refine((value) => isWellFormed(value.replace(/[\n\r\t]/g, "")), WELL_FORMED);
}

const WELL_FORMED = "text without control characters";

/** Bytes that were not UTF-8 have become U+FFFD by now: such a text is not what its sender meant. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\uFFFD]/u.test(value);
}

/** A whole number, also in the form that forms and queries use: `"40"`. */
export function integer() {
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value),
    z.int(),
  );
}

/** A number that a row may have as its id. */
export function id() {
  return integer().pipe(z.int().min(1).max(2_147_483_647));
}

/** True or false, also in the forms that forms and queries use: `"true"`, Python's `"True"`, `"1"`. */
export function flag() {
  return z.preprocess(
    (value) => (typeof value === "object" ? value : (FLAGS.get(String(value)) ?? value)),
    z.boolean(),
  );
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["1", true],
  ["false", false],
  ["False", false],
  ["0", false],
]);

/** A list, also in the forms that forms and queries use: one value, `a,b`, or `list[]`. */
export function list<Item extends z.ZodType>(item: Item, maximum: number) {
  return z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
    z.array(item).min(1).max(maximum),
  );
}

/** A date that exists, as `YYYY-MM-DD`. @see RFC 3339 section 5.6, full-date */
export function date() {
  return z.string().refine(isDate, "a date as YYYY-MM-DD");
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const moment = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
}

/** A moment as an RFC 3339 timestamp, or as a date, which means 00:00:00 UTC of that day. */
export function moment() {
  return z
    .string()
    .refine(isMoment, "a moment as YYYY-MM-DDThh:mm:ssZ or a date as YYYY-MM-DD")
    .transform((value) => new Date(value));
}

function isMoment(value: string): boolean {
  return isDate(value) || z.iso.datetime({ offset: true }).safeParse(value).success;
}

/** `:id` of a project or a group: up to nine digits are a number; all else is a full path, read in lower case. */
export const resourceId = text(1000).transform((value) =>
  /^\d{1,9}$/.test(value) ? Number(value) : value.toLowerCase(),
);

/** The parameters of `/projects/:id` and `/groups/:id`. */
export const resourceParams = z.object({ id: resourceId });
