/** What every kind of registry is asked for, and what it answers with: a plan to run one, or why there is none. */
import type { Clock } from "../clock.ts";
import type { NotificationTarget, RegistryTrust } from "../registry-config/render-registry-config.ts";
import type { RegistryLayout } from "./layout.ts";
import type { RegistryProcess } from "./registry-process.ts";
import type { Environment } from "./run-command.ts";

/** The registry wanted: `trust` with paths and URLs as this machine sees them, `report` for what takes time. */
export interface RegistryRequest {
  readonly layout: RegistryLayout;
  readonly host: string;
  readonly port: number;
  readonly trust: RegistryTrust;
  /** The image for the Docker engine. */
  readonly image: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly report: (line: string) => void;
}

/** How to run a registry that was found. `seenFromWithin`: what its configuration must say where it runs. */
export interface RegistryPlan {
  readonly reason: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly environment: Environment;
  readonly seenFromWithin: {
    readonly address: string;
    readonly storageDirectory: string;
    readonly rootCertBundle: string;
    readonly notifications: NotificationTarget | undefined;
  };
  /** Ends the registry and leaves nothing of it behind but its images. */
  end(process: RegistryProcess): Promise<void>;
}

/** A kind of registry that cannot be had here, and why. */
export interface PassedOver {
  readonly passedOver: string;
}

/** How long a registry may take over its uploads, once told to end, before it is killed. */
export const STOP_PATIENCE_MS = 10_000;

/** `host:port`, with the brackets that an IPv6 address needs. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
