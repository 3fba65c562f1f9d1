/** What is known of a registry's configuration, where somebody could read it. */
import type { NotificationTarget } from "../registry-config/render-registry-config.ts";
import type { KnownRegistryAuth } from "./why-refused.ts";

/** What a registry's configuration says. */
export interface KnownRegistry {
  readonly auth: KnownRegistryAuth;
  /** Where it sends notifications; without endpoints that are disabled. */
  readonly endpoints: readonly NotificationTarget[];
}
