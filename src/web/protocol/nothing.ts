/** The schema of a page that reads nothing. */
import { z } from "zod";

/** No parameters: what is sent all the same is dropped. */
export const NOTHING = z.object({});
