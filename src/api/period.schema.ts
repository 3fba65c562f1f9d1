/** The days that counts are asked for. */
import { z } from "zod";
import { date } from "../schemas/fields.ts";

/** The first day and the last, both included; what is left out is decided in `src/projects/period.ts`. */
export const periodQuery = z.object({ from: date().optional(), to: date().optional() });
