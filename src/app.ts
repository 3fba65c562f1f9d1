/** The Koa application: which middleware stands before which, and what answers where. */
import Router from "@koa/router";
import Koa from "koa";
import { ownTokenOperations } from "./access-tokens/own-token.routes.ts";
import { personalTokenOperations } from "./access-tokens/personal-token.routes.ts";
import { projectTokenOperations } from "./access-tokens/project-token.routes.ts";
import { apiError } from "./api/api-error.ts";
import { apiRouter } from "./api/bind-operations.ts";
import type { Container } from "./container.ts";
import { isConnectionFailure } from "./database/database-errors.ts";
import { NotFoundError } from "./errors.ts";
import { featureOperations } from "./features/feature.routes.ts";
import { type ErrorDialect, errorHandler } from "./http/error-handler.ts";
import { requestLog } from "./http/request-log.ts";
import { eventOperations } from "./projects/event.routes.ts";
import { groupOperations } from "./projects/group.routes.ts";
import { memberOperations } from "./projects/member.routes.ts";
import { projectOperations } from "./projects/project.routes.ts";
import { userOperations } from "./projects/user.routes.ts";
import { registryError } from "./registry/registry-error.ts";
import { tokenRouter } from "./registry/token.routes.ts";

/** The application; it listens nowhere yet. */
export function createApp(container: Container): Koa {
  const { log, ids, config } = container;
  const app = new Koa();
  const errorsIn = (dialect: ErrorDialect) => errorHandler(dialect, isConnectionFailure, log);
  const operations = [
    ...userOperations(container),
    ...ownTokenOperations(container),
    ...personalTokenOperations(container),
    ...groupOperations(container),
    ...projectOperations(container),
    ...memberOperations(container),
    ...projectTokenOperations(container),
    ...featureOperations(container),
    ...eventOperations(container),
  ];

  app.use(requestLog(log, ids));
  app.use(errorsIn(apiError));
  app.use(healthRouter(container).routes());
  app.use(tokenRouter(container, errorsIn(registryError)).routes());
  app.use(apiRouter(container, operations, config.url).routes());
  app.use(() => {
    throw new NotFoundError("Route");
  });
  return app;
}

/** `/-/liveness`: the process answers. `/-/readiness`: so do its database and its signing key. */
function healthRouter({ database, signingKeys, clock }: Container): Router {
  const router = new Router({ prefix: "/-" });
  router.get("/liveness", (ctx) => {
    ctx.body = { status: "ok" };
  });
  router.get("/readiness", async (ctx) => {
    const usable = signingKeys.current().notAfter > clock.now();
    await database.query({ name: "readiness", text: "select 1" }, []);
    ctx.status = usable ? 200 : 503;
    ctx.body = { status: usable ? "ok" : "failed", database: "ok", signing_key: usable ? "ok" : "expired" };
  });
  return router;
}
