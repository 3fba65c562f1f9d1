/** Ranges of days that counts are asked for. */
import { addDays, daysBetween, utcDate } from "../clock.ts";
import { ValidationError } from "../errors.ts";

/** The days from one to another, both included: `YYYY-MM-DD`, in UTC. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** How many days a period has where no beginning is given, and at most. */
const DEFAULT_DAYS = 30;
const MAXIMUM_DAYS = 366;

/** PostgreSQL has no earlier date that is written in this form. */
const FIRST_DAY = "0001-01-01";

/**
 * The period between two days, both included: up to today where no end is given, of 30 days where no beginning is.
 *
 * @throws ValidationError when it ends before it begins, or has more than 366 days
 */
export function decidePeriod(
  { from, to }: { readonly [Bound in keyof Period]?: string | undefined },
  now: Date,
): Period {
  const end = to ?? utcDate(now);
  if (from === undefined) {
    const begin = addDays(end, 1 - DEFAULT_DAYS);
    return { from: begin < FIRST_DAY ? FIRST_DAY : begin, to: end };
  }
  const last = to === undefined ? `today, ${end} in UTC` : `"to", ${end}`;
  if (from > end) throw wrongBegin(`"${from}" is later than ${last}`);
  if (daysBetween(from, end) >= MAXIMUM_DAYS) {
    throw wrongBegin(`"${from}" begins more than ${MAXIMUM_DAYS} days that end with ${last}`);
  }
  return { from, to: end };
}

function wrongBegin(why: string): ValidationError {
  return new ValidationError([{ field: "from", message: `is invalid: ${why}` }]);
}
