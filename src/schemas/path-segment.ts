/** One segment of a path, as clients send it. */
import { z } from "zod";
import {
  COMPONENT,
  DIGITS_ALONE,
  FOREIGN_ENDING,
  MAXIMUM_SEGMENT_LENGTH,
  RESERVED_SEGMENTS,
  type SegmentPlace,
  unmetSegmentForm,
} from "../namespaces/path.ts";

/** Both as one expression, anchored: not every reader of a description heeds its `not`. */
const SEGMENT = `^(?!${DIGITS_ALONE.source.slice(1)})${COMPONENT.source.slice(1)}`;

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
    .meta({ pattern: SEGMENT, not: { anyOf: [{ pattern: FOREIGN_ENDING.source }, ...reserved] } });
}
