/** Whether the registry notifies the service of what happens in it; and if not, why not. */
import { setTimeout as delay } from "node:timers/promises";
import { NOTIFICATIONS_PATH } from "../links.ts";
import type { NotificationTarget } from "../registry-config/render-registry-config.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure, StepSkipped } from "./failure.ts";
import type { ThrowAwayProject } from "./throw-away-project.ts";

/** How long a notification may take: a registry sends it within moments, or tries again each second. */
const NOTIFICATION_LIMIT_MS = 15_000;
const POLL_INTERVAL_MS = 250;

/** What was known of notifications before anything was pushed. */
export interface NotificationsBefore {
  /** Whether the service accepts notifications at all. */
  readonly accepted: boolean;
  /** The secret in this command's own configuration, where the service has the same. */
  readonly secret: string | undefined;
  /** How many notifications the service had refused; undefined where it does not tell. */
  readonly refusedCount: number | undefined;
}

/** Asks the service about notifications; to be called before anything is pushed. */
export async function readNotificationsBefore(pair: ExaminedPair): Promise<NotificationsBefore> {
  const { service, ask, notificationSecret: ownSecret } = pair;
  const headers = { "Content-Type": "application/json", ...(ownSecret && { Authorization: ownSecret }) };
  const reply = await ask(service.reachedAt + NOTIFICATIONS_PATH, { method: "POST", headers, body: '{"events":[]}' });
  const status = reply.answered ? reply.status : undefined;
  return {
    accepted: status !== 404,
    secret: status === 200 ? ownSecret : undefined,
    refusedCount: await countRefusedNotifications(pair),
  };
}

/**
 * Waits until the service was notified of the push into the project.
 *
 * @throws StepSkipped when the service accepts no notifications
 * @throws StepFailure when none comes
 */
export async function awaitNotification(
  pair: ExaminedPair,
  project: ThrowAwayProject,
  before: NotificationsBefore,
): Promise<void> {
  const { signal } = pair;
  if (!before.accepted) throw new StepSkipped("Keyside takes no reports, as REGISTRY_NOTIFICATION_SECRET is not set");
  const untilMs = performance.now() + NOTIFICATION_LIMIT_MS;
  while (performance.now() < untilMs && signal?.aborted !== true) {
    if (await project.isPushReported()) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new StepFailure(
    causeInConfiguration(pair.service.url, before, pair.known?.endpoints) ?? (await causeAtService(pair, before)),
  );
}

/** The cause as far as the registry's configuration shows it, where that could be read. */
function causeInConfiguration(
  serviceUrl: string,
  { secret }: NotificationsBefore,
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

/** The cause as far as the service knows it: a secret that differs, or notifications that do not arrive. */
async function causeAtService(pair: ExaminedPair, before: NotificationsBefore): Promise<string> {
  const refused = await countRefusedNotifications(pair);
  if (before.refusedCount !== undefined && refused !== undefined && refused > before.refusedCount) {
    return (
      `notification secret differs: meanwhile Keyside refused a report ${refused - before.refusedCount} times; let ` +
      "headers.Authorization of the registry's notifications endpoint be REGISTRY_NOTIFICATION_SECRET and restart the registry"
    );
  }
  return (
    "no reports arrive: let the registry's notifications.endpoints have one with the url " +
    `${pair.service.url + NOTIFICATIONS_PATH}, as \`keyside registry-config\` prints it, reachable from where the registry ` +
    "runs, and restart the registry"
  );
}

/** Read from the metrics, which by default only this machine may read. */
async function countRefusedNotifications({ service, ask }: ExaminedPair): Promise<number | undefined> {
  const reply = await ask(`${service.reachedAt}/-/metrics`);
  if (!reply.answered || reply.status !== 200) return undefined;
  return Number(/^keyside_registry_reports_total\{outcome="refused"\} (\d+)$/m.exec(reply.body)?.[1] ?? 0);
}
