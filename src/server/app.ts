/** The Koa application: the order of the middleware, and which router answers which path. */
import Koa from "koa";
import { apiOperations } from "../api/operations.ts";
import { apiError } from "../api/protocol/api-error.ts";
import { apiRouter } from "../api/protocol/bind-operations.ts";
import { mergeSlashes } from "../api/protocol/merge-slashes.ts";
import { isConnectionFailure, isDiskFull } from "../database/database-errors.ts";
import { addressSet, clientAddressMiddleware } from "../http/client-address.ts";
import { type ErrorDialect, errorHandler, type KnownFailures } from "../http/error-handler.ts";
import { closeUnread } from "../http/read-body.ts";
import { requestLog } from "../http/request-log.ts";
import { notificationRouter } from "../registry/notification.routes.ts";
import { registryError } from "../registry/registry-error.ts";
import { tokenRouter } from "../registry/token.routes.ts";
import { measureTokenRequests } from "../registry/token-metrics.ts";
import type { Container } from "./container.ts";
import { healthRouter } from "./health.routes.ts";
import { noRoute } from "./no-route.ts";

/** Creates the application; it does not listen yet. */
export function createApp(container: Container): Koa {
  const { log, ids, config, database } = container;
  const app = new Koa();
  const failures: KnownFailures = {
    isUnavailable: isConnectionFailure,
    isTold: (error) => database.diskIsFull && isDiskFull(error),
  };
  const errorsIn = (dialect: ErrorDialect) => errorHandler(dialect, failures, log);

  // Failed requests are answered below. Only broken connections arrive here, which Koa would otherwise print.
  app.on("error", (error) => log.info({ err: error }, "a connection ended early"));
  app.use(clientAddressMiddleware(addressSet(config.network.trustedProxies), log));
  app.use(requestLog(log, ids));
  app.use(closeUnread);
  app.use(errorsIn(apiError));
  app.use(tokenRouter(container, measureTokenRequests(container.metrics), errorsIn(registryError)).routes());
  app.use(healthRouter(container).routes());
  app.use(notificationRouter(container).routes());
  app.use(mergeSlashes);
  app.use(apiRouter(container, apiOperations(container, config.url), config.url).routes());
  app.use(noRoute);
  return app;
}
