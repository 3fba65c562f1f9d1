/** `:id` in GitLab's addresses: a number, or a URL-encoded path. */
import { z } from "zod";
import { text } from "./validate.ts";

/** Reads `:id` as a number when it is all digits, else as a full path in lower case. */
export const resourceId = text(1000).transform((value) =>
  /^\d{1,9}$/.test(value) ? Number(value) : value.toLowerCase(),
);

/** The parameters of `/projects/:id` and `/groups/:id`. */
export const resourceParams = z.object({ id: resourceId });
