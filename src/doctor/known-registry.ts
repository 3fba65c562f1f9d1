/** What is known of a registry's configuration, where somebody could read it. */
import type { X509Certificate } from "node:crypto";
import type { NotificationTarget } from "../registry-config/render-registry-config.ts";

/** What a registry's configuration says. */
export interface KnownRegistry {
  readonly auth: KnownRegistryAuth;
  /** Where it sends notifications; without endpoints that are disabled. */
  readonly endpoints: readonly NotificationTarget[];
}

/** What its `auth.token` section says. */
export interface KnownRegistryAuth {
  readonly issuer: string;
  readonly rootCertBundle: { readonly path: string; readonly certificates: readonly X509Certificate[] };
}
