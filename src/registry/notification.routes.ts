/**
 * `POST /registry/notifications`: where a registry reports what happened in it. It sends a report again and again, and
 * holds back all later ones, until it is answered with 2xx: so whatever no second try can mend is answered so.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import Router from "@koa/router";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Database } from "../database/database.ts";
import { NotFoundError, UnauthenticatedError } from "../errors.ts";
import { readBody } from "../http/form.ts";
import { NOTIFICATIONS_PATH } from "../links.ts";
import type { Metrics } from "../metrics.ts";
import { readReports } from "./notification.schema.ts";
import { storeReports } from "./store-registry-events.ts";

/** A registry sends its events one by one, each a kilobyte or two. */
const MAXIMUM_BYTES = 1024 * 1024;

/** What taking reports works with. */
export interface NotificationServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "registryReports">;
  readonly registry: Pick<Config["registry"], "notificationSecret">;
}

/** The webhook; without a configured secret there is none. @see spec/registry-auth.md "Notifications from the registry" */
export function notificationRouter(services: NotificationServices): Router {
  const { log, registry, metrics } = services;
  const count = (outcome: string, number = 1) => metrics.registryReports.inc({ outcome }, number);
  const router = new Router();
  router.post(NOTIFICATIONS_PATH, async (ctx) => {
    // 1. Who reports. A wrong secret is for the operator to mend: then the registry's next try succeeds.
    if (registry.notificationSecret === undefined) throw new NotFoundError("Route");
    if (!isSame(ctx.get("Authorization"), registry.notificationSecret)) {
      count("refused");
      throw new UnauthenticatedError("the Authorization header is not REGISTRY_NOTIFICATION_SECRET", {
        detail: "a registry's report had another Authorization header than REGISTRY_NOTIFICATION_SECRET says",
      });
    }
    // 2. What it reports, as far as it can be read.
    const body = await readBody(ctx.req, MAXIMUM_BYTES);
    if (body === undefined) log.warn({ maximumBytes: MAXIMUM_BYTES }, "a registry's report is too long to be read");
    const reports = readReports(body?.toString("utf8") ?? "");
    if (reports === undefined) count("unreadable");
    // 3. Stored before it is acknowledged: should the database be away, the registry tries again.
    const stored = await storeReports(services, reports ?? []);
    count("stored", stored);
    count("known", (reports?.length ?? 0) - stored);
    ctx.status = 200;
    ctx.body = { stored };
  });
  return router;
}

/** Compares digests, which are of one length whatever was sent. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
