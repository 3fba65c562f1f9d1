/** Forms as bodies: a form sends all of its fields, those too that were left empty. */
import { z } from "zod";

/** Reads a form by the schema of a body in which fields may be left out: those that are empty are. */
export function filled<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(withoutEmpty, schema);
}

function withoutEmpty(form: unknown): unknown {
  if (typeof form !== "object" || form === null) return form;
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ""));
}
