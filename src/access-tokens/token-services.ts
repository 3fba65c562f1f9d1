/** The services that the use cases of access tokens need. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { IdSource } from "../ids.ts";

/** How tokens are made on this instance. */
export interface TokenSettings {
  readonly prefix: string;
  readonly maxLifetimeDays: number | undefined;
  /** The host of `KEYSIDE_URL`, for the bots' addresses. */
  readonly botEmailHost: string;
}

/** The database, the time, chance, and how tokens are made on this instance. */
export interface TokenServices extends UseCaseServices {
  readonly ids: IdSource;
  readonly tokenSettings: TokenSettings;
}
