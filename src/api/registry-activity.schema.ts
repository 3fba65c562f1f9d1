/** What happened in a project's repositories, as the API writes it. Not GitLab's. */
import { z } from "zod";
import { ACTIVITY_GROUPS } from "../projects/list-registry-activity.ts";
import { periodQuery } from "./period.schema.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** The days, and what their counts are grouped by. */
export const registryActivityQuery = pageQuery
  .extend(periodQuery.shape)
  .extend({ group_by: z.enum(ACTIVITY_GROUPS).default("day") });

const counts = { pulls: z.int(), pushes: z.int(), mounts: z.int(), deletes: z.int() };
const author = z.object({ id: z.int(), username: z.string(), name: z.string() });

/** The counts of a day, of a repository, or of an author: null for anonymous. */
export const registryActivityResult = z.union([
  z.object({ day: z.iso.date(), ...counts }),
  z.object({ repository: z.string(), ...counts }),
  z.object({ author: author.nullable(), ...counts }),
]);
