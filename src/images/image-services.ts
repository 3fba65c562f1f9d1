/** The services that reading a registry needs. */
import type { LimitFunction } from "p-limit";
import type { Config } from "../config.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { IdSource } from "../ids.ts";
import type { SigningKeys } from "../signing/signing-keys.ts";

/** What asking the registry needs. */
export interface RegistryServices extends Pick<UseCaseServices, "clock"> {
  readonly ids: IdSource;
  readonly signingKeys: Pick<SigningKeys, "current">;
  readonly registry: Pick<Config["registry"], "internalUrl" | "service" | "issuer" | "tokenTtlSeconds">;
  /** How many requests of all pages are on their way to the registry at once; the others wait. */
  readonly registryTurns: LimitFunction;
}

/** What the use cases about images need. */
export interface ImageServices extends RegistryServices, UseCaseServices {
  /** `eventRetentionDays`: how many days the reports of registries are kept. */
  readonly config: Pick<Config, "eventRetentionDays">;
}
