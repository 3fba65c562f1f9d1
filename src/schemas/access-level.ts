/** Access levels, as a parameter of the API. */
import { z } from "zod";
import { ACCESS_LEVEL_LIST, ACCESS_LEVELS, isAccessLevel } from "../principals/access-level.ts";
import { integer } from "./fields.ts";

const LEVELS = Object.values(ACCESS_LEVELS);

/** One of the five levels, as a parameter. */
export const accessLevel = integer(
  z.int().refine(isAccessLevel, `an access level: ${ACCESS_LEVEL_LIST}`).meta({ enum: LEVELS }),
  { enum: LEVELS.map(String) },
);
