/** Whether what happens in the registry is reported to the service; and if not, what stands in the way. */
import { setTimeout as delay } from "node:timers/promises";
import { NOTIFICATIONS_PATH } from "../../links.ts";
import type { NotificationTarget } from "../../registry/render-registry-config.ts";
import type { KeysideClient } from "../keyside-client.ts";
import { Failure, Skipped } from "./failure.ts";
import { ask } from "./registry-probe.ts";
import type { ThrowAwayProject } from "./throw-away-project.ts";

/** How long a report may take: a registry sends it within moments, or tries again each second. */
const PATIENCE_MS = 15_000;
const POLL_INTERVAL_MS = 250;

/** How reporting stood before there was anything to report. */
export interface ReportsBefore {
  /** Whether the service takes reports at all. */
  readonly taken: boolean;
  /** The secret of this command's own configuration, if the service's is the same. */
  readonly secret: string | undefined;
  /** How many reports the service had refused; undefined where it does not tell us. */
  readonly refused: number | undefined;
}

/** Looks, before anything is pushed. */
export async function lookBeforeReports(serviceUrl: string, ownSecret: string | undefined): Promise<ReportsBefore> {
  const headers = { "Content-Type": "application/json", ...(ownSecret && { Authorization: ownSecret }) };
  const reply = await ask(serviceUrl + NOTIFICATIONS_PATH, { method: "POST", headers, body: '{"events":[]}' });
  const status = reply.answered ? reply.status : undefined;
  return {
    taken: status !== 404,
    secret: status === 200 ? ownSecret : undefined,
    refused: await countRefused(serviceUrl),
  };
}

/**
 * Waits for the report of the push into the project.
 *
 * @throws Skipped when the service takes no reports
 * @throws Failure when none comes
 */
export async function awaitReport(
  { serviceUrl, client }: { serviceUrl: string; client: KeysideClient },
  project: ThrowAwayProject,
  before: ReportsBefore,
  endpoints: readonly NotificationTarget[] | undefined,
): Promise<void> {
  if (!before.taken) throw new Skipped("Keyside takes no reports, as REGISTRY_NOTIFICATION_SECRET is not set");
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    if ((await client.list(`${project.address}/events?action=pushed`)).length > 0) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Failure(otherEndpoint(serviceUrl, before, endpoints) ?? (await otherSecretOrNone(serviceUrl, before)));
}

/** What the registry's configuration tells, where it could be read. */
function otherEndpoint(
  serviceUrl: string,
  { secret }: ReportsBefore,
  endpoints: readonly NotificationTarget[] | undefined,
): string | undefined {
  if (endpoints === undefined) return undefined;
  const endpoint = endpoints.find(({ url }) => url.endsWith(NOTIFICATIONS_PATH));
  const wanted = serviceUrl + NOTIFICATIONS_PATH;
  if (endpoint === undefined) {
    return (
      `no reports arrive: none of the registry's notifications.endpoints is Keyside's, whose url is ${wanted}; add the ` +
      "section that `keyside registry-config` prints and restart the registry"
    );
  }
  if (secret !== undefined && endpoint.secret !== secret) {
    return (
      "notification secret differs: headers.Authorization of the registry's notifications endpoint is not Keyside's " +
      "REGISTRY_NOTIFICATION_SECRET; make them the same and restart what you changed"
    );
  }
  if (endpoint.url === wanted) return undefined;
  return (
    `no reports arrive: the url of the registry's notifications endpoint is ${endpoint.url}, Keyside takes reports at ` +
    `${wanted}; let the registry have a url that reaches Keyside from where the registry runs, and restart it`
  );
}

async function otherSecretOrNone(serviceUrl: string, before: ReportsBefore): Promise<string> {
  const refused = await countRefused(serviceUrl);
  if (before.refused !== undefined && refused !== undefined && refused > before.refused) {
    return (
      `notification secret differs: meanwhile Keyside refused a report ${refused - before.refused} times; let ` +
      "headers.Authorization of the registry's notifications endpoint be REGISTRY_NOTIFICATION_SECRET and restart the registry"
    );
  }
  return (
    "no reports arrive: let the registry's notifications.endpoints have one with the url " +
    `${serviceUrl + NOTIFICATIONS_PATH}, as \`keyside registry-config\` prints it, reachable from where the registry ` +
    "runs, and restart the registry"
  );
}

/** From the metrics, which answer this machine alone by default. */
async function countRefused(serviceUrl: string): Promise<number | undefined> {
  const reply = await ask(`${serviceUrl}/-/metrics`);
  if (!reply.answered || reply.status !== 200) return undefined;
  return Number(/^keyside_registry_reports_total\{outcome="refused"\} (\d+)$/m.exec(reply.body)?.[1] ?? 0);
}
