/**
 * Endpoints for monitoring: `/-/liveness`, `/-/readiness`, `/-/metrics`. The first two say little and answer anybody.
 * Metrics reveal how an instance is used: only the addresses in `KEYSIDE_METRICS_CLIENTS` (by default, this machine)
 * may read them; all others get a 404, as does whoever hides behind a proxy that `KEYSIDE_TRUSTED_PROXIES` does not name.
 */
import Router from "@koa/router";
import { NotFoundError, RETRY_AFTER_SECONDS } from "../errors.ts";
import { addressSet } from "../http/client-address.ts";
import { expiryWarnings } from "../signing/expiry-warnings.ts";
import type { Container } from "./container.ts";

/** The router of `/-`. @see docs/spec/rest-api.md "Operations" */
export function healthRouter({ database, signingKeys, clock, metrics, config, audit }: Container): Router {
  const router = new Router({ prefix: "/-" });
  const metricsClients = addressSet(config.network.metricsClients);

  // Liveness: the process answers.
  router.get("/liveness", (ctx) => {
    ctx.body = { status: "ok" };
  });

  // Readiness: the database and the signing key work, and the audit log where nothing is issued without it. Warnings tell in
  // advance what is about to expire.
  router.get("/readiness", async (ctx) => {
    const now = clock.now();
    const isKeyUsable = signingKeys.current().notAfter > now;
    const warnings = expiryWarnings(signingKeys, now);
    await database.query({ name: "readiness", text: "select 1" }, []);
    const isStopped = audit?.stopsIssuing === true;
    const isReady = isKeyUsable && !database.diskIsFull && !isStopped;
    ctx.status = isReady ? 200 : 503;
    if (!isReady) ctx.set("Retry-After", String(RETRY_AFTER_SECONDS));
    ctx.body = {
      status: isReady ? "ok" : "failed",
      database: database.diskIsFull ? "disk full" : "ok",
      signing_key: isKeyUsable ? "ok" : "expired",
      ...(isStopped ? { audit_log: "cannot be written" } : {}),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  });

  router.get("/metrics", async (ctx) => {
    if (ctx.state.clientHidden !== false || !metricsClients.has(ctx.ip)) throw new NotFoundError("Route");
    const { contentType, text } = await metrics.render();
    ctx.set("Content-Type", contentType);
    ctx.body = text;
  });
  return router;
}
