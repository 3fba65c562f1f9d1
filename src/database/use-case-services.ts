/** What nearly every use case works with. */
import type { Clock } from "../clock.ts";
import type { Database } from "./database.ts";

export interface UseCaseServices {
  readonly database: Database;
  readonly clock: Clock;
}
