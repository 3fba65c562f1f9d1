/**
 * `POST /registry/notifications`: where a registry reports what happened in it. It sends a report again and again, and
 * holds back all later ones, until the answer is 2xx: so whatever another try cannot mend is answered with 2xx too.
 */
import Router from "@koa/router";
import type { Logger } from "pino";
import { digestSecret, digestsEqual } from "../access-tokens/secret.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { formsOf } from "../audit/clean-text.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Database } from "../database/database.ts";
import { UnauthenticatedError } from "../errors.ts";
import { readBody } from "../http/read-body.ts";
import { originOf } from "../http/request-sender.ts";
import { NOTIFICATIONS_PATH } from "../links.ts";
import type { Metrics } from "../metrics.ts";
import type { ImageFactsFinder } from "../projects/find-image-facts.ts";
import type { RegistryContacts } from "../registry-access/registry-contacts.ts";
import { readNotification } from "./notification.schema.ts";
import { storeRegistryEvents } from "./store-registry-events.ts";

/** A registry sends its events one by one, each a kilobyte or two. */
const MAXIMUM_BYTES = 1024 * 1024;

/** The services that receiving notifications needs. */
export interface NotificationServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly imageFacts: Pick<ImageFactsFinder, "find">;
  readonly log: Logger;
  readonly audit: AuditLog | undefined;
  readonly metrics: Pick<Metrics, "registryReports">;
  readonly registryContacts: Pick<RegistryContacts, "note">;
  readonly registry: Pick<Config["registry"], "notificationSecret">;
}

/** The webhook; 404 unless a secret is configured. @see docs/spec/registry-auth.md "Notifications from the registry" */
export function notificationRouter(services: NotificationServices): Router {
  const { log, registry, metrics, registryContacts } = services;
  const count = (outcome: string, number = 1) => metrics.registryReports.inc({ outcome }, number);
  const router = new Router();
  const secret = registry.notificationSecret;
  if (secret === undefined) return router;
  router.post(NOTIFICATIONS_PATH, async (ctx) => {
    // 1. Authenticate the registry. Digests are compared, since they have the same length whatever was sent. Once the
    // operator corrects a wrong secret, the registry's next try succeeds.
    if (!digestsEqual(digestSecret(ctx.get("Authorization")), digestSecret(secret))) {
      count("refused");
      registryContacts.note("refused_report");
      services.audit?.tell({
        event: "sign_in.failed",
        cause: "unauthenticated",
        credential: "webhook_secret",
        door: "notifications",
        presented: formsOf(ctx.get("Authorization")),
        origin: originOf(ctx),
      });
      throw new UnauthenticatedError("the Authorization header is not REGISTRY_NOTIFICATION_SECRET", {
        detail: "a registry's notification had another Authorization header than REGISTRY_NOTIFICATION_SECRET says",
      });
    }
    // 2. Read the report, as far as possible.
    const body = await readBody(ctx.req, MAXIMUM_BYTES);
    if (body === undefined)
      log.warn({ maximumBytes: MAXIMUM_BYTES }, "a registry's notification is too long to be read");
    const events = readNotification(body?.toString("utf8") ?? "", services.clock.now());
    if (events === undefined) count("unreadable");
    // 3. Store before acknowledging: if the database is unreachable, the registry tries again.
    const stored = await storeRegistryEvents(services, events ?? []);
    const last = events?.at(-1);
    if (last !== undefined) registryContacts.note("report", last.action);
    count("stored", stored);
    count("known", (events?.length ?? 0) - stored);
    ctx.status = 200;
    ctx.body = { stored };
  });
  return router;
}
