/** Access levels, as a parameter of the API. */
import { z } from "zod";
import { ACCESS_LEVEL_LIST, isAccessLevel } from "../principals/access-level.ts";
import { integer } from "./protocol/validate.ts";

/** One of the five levels, as a parameter. */
export const accessLevel = integer().pipe(z.int().refine(isAccessLevel, `an access level: ${ACCESS_LEVEL_LIST}`));
