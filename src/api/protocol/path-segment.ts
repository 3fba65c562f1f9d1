/** One segment of a path, as a parameter of the API. */
import { z } from "zod";
import { MAXIMUM_SEGMENT_LENGTH, type SegmentPlace, unmetSegmentForm } from "../../namespaces/path.ts";

/** The last segment of a path, checked for its `place`. */
export function pathSegment(place: SegmentPlace) {
  return z
    .string()
    .min(1)
    .max(MAXIMUM_SEGMENT_LENGTH)
    .superRefine((value, context) => {
      const form = unmetSegmentForm(value, place);
      if (form !== undefined) context.addIssue({ code: "custom", message: form, input: value });
    });
}
