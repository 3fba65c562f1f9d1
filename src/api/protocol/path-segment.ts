/** One segment of a path, as a parameter of the API. */
import { z } from "zod";
import {
  COMPONENT,
  DIGITS_ALONE,
  FOREIGN_ENDING,
  MAXIMUM_SEGMENT_LENGTH,
  RESERVED_SEGMENTS,
  type SegmentPlace,
  unmetSegmentForm,
} from "../../namespaces/path.ts";

const REFUSED = [{ pattern: FOREIGN_ENDING.source }, { pattern: DIGITS_ALONE.source }];

/** A segment that is to stand in `place`. */
export function pathSegment(place: SegmentPlace) {
  const words = [...RESERVED_SEGMENTS[place]];
  const reserved = words.length === 0 ? [] : [{ enum: words }];
  return z
    .string()
    .min(1)
    .max(MAXIMUM_SEGMENT_LENGTH)
    .superRefine((value, context) => {
      const form = unmetSegmentForm(value, place);
      if (form !== undefined) context.addIssue({ code: "custom", message: form, input: value });
    })
    .meta({ pattern: COMPONENT.source, not: { anyOf: [...REFUSED, ...reserved] } });
}
