/** What creates groups, and changes them: the same for programs and for people. */
import { z } from "zod";
import { MAXIMUM_SEGMENT_LENGTH } from "../namespaces/path.ts";
import { id, prose, text } from "./fields.ts";
import { pathSegment } from "./path-segment.ts";

/** What a group is made from. */
export const createGroupBody = z.object({
  name: text(255),
  path: pathSegment("nested"),
  parent_id: id().nullish(),
  description: prose(2000).nullish(),
});

/** The body that changes a group; `path` may only repeat the present path. */
export const updateGroupBody = z.object({
  name: text(255).optional(),
  path: text(MAXIMUM_SEGMENT_LENGTH).optional(),
  description: prose(2000).nullish(),
});
