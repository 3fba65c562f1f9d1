/** `:id` in GitLab's addresses: a number, or a URL-encoded path. */
import { z } from "zod";
import { isWellFormed } from "./validate.ts";

/** Reads `:id` as a number when it is all digits, else as a full path in lower case. */
export const reference = z
  .string()
  .min(1)
  .max(1000)
  .refine(isWellFormed, "a number or a path")
  .transform((value) => (/^\d{1,9}$/.test(value) ? Number(value) : value.toLowerCase()));
