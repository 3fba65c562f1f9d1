/** A registry of this machine that trusts a service and reports to it: whichever can be had, as `npm start` finds it. */
import { join } from "node:path";
import type { Config } from "../../src/config.ts";
import { NOTIFICATIONS_PATH, REALM_PATH } from "../../src/links.ts";
import {
  type LocalRegistryOptions,
  type NoRegistry,
  type RunningRegistry,
  startLocalRegistry,
} from "../../src/local-registry/start-local-registry.ts";

/** Where it keeps what it holds, where it listens, and what it reports with. */
type Place = Pick<LocalRegistryOptions, "dataDir" | "port"> & { readonly secret: string };

/** Starts it; its caller stops it, or skips where there is none. */
export function startReportingRegistry(
  { url, certsDir, registry }: Pick<Config, "url" | "certsDir" | "registry">,
  { dataDir, port, secret }: Place,
): Promise<RunningRegistry | NoRegistry> {
  return startLocalRegistry({
    dataDir,
    host: "127.0.0.1",
    port,
    realm: url + REALM_PATH,
    service: registry.service,
    issuer: registry.issuer,
    rootCertBundle: join(certsDir, "ca.crt"),
    notifications: { url: url + NOTIFICATIONS_PATH, secret },
    environment: process.env,
    report: () => undefined,
  });
}
