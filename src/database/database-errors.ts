/** Classifies database errors, however they are wrapped. A failing database must be 5xx, never "bad credentials". */
import { ForeignKeyConstraintViolationException, UniqueConstraintViolationException } from "@mikro-orm/core";

/**
 * Connection refused, lost or too slow; and PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutting down),
 * 57014 and 25P03 (it took too long), and 25006 (it became a standby, which only reads).
 * 08P01, a protocol violation, is not temporary but a fault of ours.
 */
const CONNECTION_CODES = new RegExp(
  [
    "^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|ENOSPC",
    "080..|53...|57P..|57014|25P03|25006)$",
  ].join("|"),
);
const CONNECTION_WORDS = new RegExp(
  [
    "timeout exceeded when trying to connect|timeout expired",
    // A connection that ended, and one that is asked after it ended.
    "Connection terminated|is not queryable",
    // Asked while it was being closed, or after: our own words, and those of PGlite, kysely and pg-pool.
    "the database is closed|PGlite is clos|driver has already been destroyed|Cannot use a pool after calling end",
  ].join("|"),
  "i",
);

/** Whether the database could not be reached: a temporary fault, worth another try. */
export function isConnectionFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === "string" && CONNECTION_CODES.test(code)) return true;
    if (CONNECTION_WORDS.test(cause.message)) return true;
  }
  return false;
}

/** Whether a write failed since the disk is full: a temporary fault too, of which reading knows nothing. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (code === "53100" || code === "ENOSPC") return true;
  }
  return false;
}

/** Whether a unique constraint of this name refused a row. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return error instanceof UniqueConstraintViolationException && error.message.includes(`"${constraint}"`);
}

/** Whether two transactions got in each other's way: a deadlock, or a serialisation failure. */
export function isCollision(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (code === "40P01" || code === "40001") return true;
  }
  return false;
}

/** Whether a write failed because the row that it refers to is gone; a refused delete does not count. */
export function refersToDeleted(error: unknown): boolean {
  return error instanceof ForeignKeyConstraintViolationException && error.message.includes("insert or update on table");
}
