/** The services that nearly every use case needs. */
import type { Clock } from "../clock.ts";
import type { Database } from "./database.ts";

/** The database and the clock, for use cases. */
export interface UseCaseServices {
  readonly database: Database;
  readonly clock: Clock;
}
