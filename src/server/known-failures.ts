/** What all doors know of errors that are not Keyside's own. */
import type { Database } from "../database/database.ts";
import { isConnectionFailure, isDiskFull } from "../database/database-errors.ts";
import type { KnownFailures } from "../http/error-handler.ts";

/** The failures of the service's database. */
export function knownFailures(database: Pick<Database, "diskIsFull">): KnownFailures {
  return {
    isUnavailable: isConnectionFailure,
    isTold: (error) => database.diskIsFull && isDiskFull(error),
  };
}
