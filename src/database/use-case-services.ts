/** The services that nearly every use case needs. */
import type { Clock } from "../clock.ts";
import type { Database } from "./database.ts";

/** The database and the time. */
export interface UseCaseServices {
  readonly database: Database;
  readonly clock: Clock;
}
