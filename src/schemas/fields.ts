/** The kinds of fields that doors read: what each may hold, and what JSON Schema says of it. Knows no feature. */
import { z } from "zod";

/** What JSON Schema says of a field that may also be sent in another form: as text, where that is not its type. */
export const otherForms = z.registry<z.core.JSONSchema.BaseSchema>();

/** A text of 1 to `maximum` characters without control characters: PostgreSQL refuses NUL, others upset terminals. */
export function text(maximum: number) {
  const pattern = `^[^${CONTROL}]*[^\\s\\ufeff${CONTROL}][^${CONTROL}]*$`;
  return z
    .string()
    .superRefine(isNotBlank)
    .superRefine(hasAtMost(maximum))
    .refine(isWellFormed, WELL_FORMED)
    .meta({ minLength: 1, maxLength: maximum, pattern })
    .transform((value) => value.trim());
}

/** A search text: like `text`, but may be empty, which matches everything. */
export function searchText(maximum: number) {
  return z
    .string()
    .superRefine(hasAtMost(maximum))
    .refine(isWellFormed, WELL_FORMED)
    .meta({ maxLength: maximum, pattern: `^[^${CONTROL}]*$` })
    .transform((value) => value.trim());
}

/** Like `text`, but may be empty and have several lines. */
export function prose(maximum: number) {
  return z
    .string()
    .superRefine(hasAtMost(maximum))
    .refine((value) => isWellFormed(value.replace(/[\n\r\t]/g, "")), WELL_FORMED)
    .meta({ maxLength: maximum, pattern: `^(?:[^${CONTROL}]|[\\n\\r\\t])*$` });
}

const WELL_FORMED = "text without control characters";

/** The characters that `isWellFormed` refuses, as in a class of a regular expression. */
const CONTROL = "\\u0000-\\u001f\\u007f-\\u009f\\ufffd";

/** Bytes that were not UTF-8 have become U+FFFD by now: such a text is not what its sender meant. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\uFFFD]/u.test(value);
}

function isNotBlank(value: string, context: z.core.$RefinementCtx<string>): void {
  if (value.trim() !== "") return;
  context.addIssue({ code: "too_small", origin: "string", minimum: 1, input: value });
}

/** Counts characters as PostgreSQL and JSON Schema do, where zod counts UTF-16 code units. */
function hasAtMost(maximum: number) {
  return (value: string, context: z.core.$RefinementCtx<string>): void => {
    if (value.length <= maximum || (value.length <= 2 * maximum && [...value].length <= maximum)) return;
    context.addIssue({ code: "too_big", origin: "string", maximum, input: value });
  };
}

/**
 * A whole number, also in the form that forms and queries use: `"40"`.
 *
 * @param bounds which numbers
 * @param written what JSON Schema says of the other form; without it, the numbers from 1 on
 */
export function integer<Value extends number>(
  bounds: z.ZodType<Value>,
  written: z.core.JSONSchema.BaseSchema = { type: "string", pattern: "^[1-9][0-9]{0,8}$" },
) {
  const read = (value: unknown) => (typeof value === "string" && INTEGER.test(value) ? Number(value) : value);
  return withOtherForm(z.preprocess(read, bounds), written);
}

function withOtherForm<Schema extends z.ZodType>(schema: Schema, form: z.core.JSONSchema.BaseSchema): Schema {
  otherForms.add(schema, form);
  return schema;
}

const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;

/** A number that a row may have as its id. */
export function id() {
  return integer(z.int().min(1).max(MAXIMUM_ID));
}

const MAXIMUM_ID = 2_147_483_647;

/** True or false, also in the forms that forms and queries use: `"true"`, Python's `"True"`, `"1"`. */
export function flag() {
  return withOtherForm(z.preprocess(readFlag, z.boolean()), { enum: [...FLAGS.keys(), 0, 1] });
}

/** False alone, in all its forms: a wish that Keyside cannot fulfil. */
export function unsetFlag() {
  return withOtherForm(z.preprocess(readFlag, z.literal(false)), { enum: flagForms(false) });
}

/** The other forms in which a flag is true, or false. */
export function flagForms(wanted: boolean): (string | number)[] {
  return [...[...FLAGS].flatMap(([form, value]) => (value === wanted ? [form] : [])), Number(wanted)];
}

function readFlag(value: unknown): unknown {
  return typeof value === "object" ? value : (FLAGS.get(String(value)) ?? value);
}

/** An optional field that is not given either when it is an empty text. */
export function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  const read = (value: unknown) => (value === "" ? undefined : value);
  return withOtherForm(z.preprocess(read, schema.optional()), { const: "" });
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["1", true],
  ["false", false],
  ["False", false],
  ["0", false],
]);

/** A list of some of these words, also in the forms that forms and queries use: one value, `a,b`, or `list[]`. */
export function list<Words extends z.ZodEnum>(words: Words, maximum: number) {
  const read = (value: unknown) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value);
  const word = `\\s*(?:${words.options.join("|")})\\s*`;
  const form = { type: "string" as const, pattern: `^${word}(?:,${word}){0,${maximum - 1}}$` };
  return withOtherForm(z.preprocess(read, z.array(words).min(1).max(maximum)), form);
}

/** Refuses a value of a schema; `problem` says what is wrong with it in words that follow it, undefined where nothing is. */
export function refuse<Value>(
  context: z.core.$RefinementCtx<Value>,
  input: unknown,
  problem: string | undefined,
): void {
  if (problem !== undefined) context.addIssue({ code: "custom", input, params: { problem } });
}

/** A text that is taken in the form that `read` gives it, or refused with what that finds wrong. */
export function textReadBy(
  read: (text: string) => string | { readonly problem: string },
  description: z.core.JSONSchema.BaseSchema,
) {
  return z
    .string()
    .meta(description)
    .transform((value, context) => {
      const result = read(value);
      if (typeof result === "string") return result;
      refuse(context, value, result.problem);
      return z.NEVER;
    });
}

/** A date that exists, as `YYYY-MM-DD`. @see RFC 3339 section 5.6, full-date */
export function date() {
  return z.string().refine(isDate, "a date as YYYY-MM-DD").meta({ format: "date" });
}

/** PostgreSQL has no year 0. */
function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value.startsWith("0000")) return false;
  const moment = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
}

/** A moment as an RFC 3339 timestamp, or as a date, which means 00:00:00 UTC of that day. */
export function moment() {
  return z
    .string()
    .refine(isMoment, "a moment as YYYY-MM-DDThh:mm:ssZ or a date as YYYY-MM-DD")
    .meta({ anyOf: [{ format: "date-time" }, { format: "date" }] })
    .transform((value) => new Date(value));
}

/** Also in UTC, the year has four digits and is not 0. */
function isMoment(value: string): boolean {
  if (!isDate(value) && !z.iso.datetime({ offset: true }).safeParse(value).success) return false;
  return /^(?!0000)\d{4}-/.test(new Date(value).toISOString());
}

/** `:id` of a project or a group: up to nine digits are a number; all else is a full path, read in lower case. */
export const resourceId = text(1000).transform((value) =>
  /^\d{1,9}$/.test(value) ? Number(value) : value.toLowerCase(),
);

/** The parameters of `/projects/:id` and `/groups/:id`. */
export const resourceParams = z.object({ id: resourceId });
