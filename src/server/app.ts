/** What answers requests: the fast lane, and the Koa application, with its middleware in order and a router for each path. */
import type { IncomingMessage } from "node:http";
import Koa from "koa";
import { apiOperations } from "../api/operations.ts";
import { apiError } from "../api/protocol/api-error.ts";
import { apiRouter } from "../api/protocol/bind-operations.ts";
import { mergeSlashes } from "../api/protocol/merge-slashes.ts";
import { gitRoutes } from "../git/git.routes.ts";
import { gitError } from "../git/git-error.ts";
import { addressSet, clientAddressMiddleware, clientFinder } from "../http/client-address.ts";
import { type ErrorDialect, errorHandler, failureAnswers } from "../http/error-handler.ts";
import { limitArrival } from "../http/limit-arrival.ts";
import { closeUnread } from "../http/read-body.ts";
import { requestLog, requestRecorder } from "../http/request-log.ts";
import { tokenEndpoint } from "../registry/answer-token-request.ts";
import { notificationRouter } from "../registry/notification.routes.ts";
import { registryError } from "../registry/registry-error.ts";
import { tokenRouter } from "../registry/token.routes.ts";
import { type RequestHandler, tokenLane } from "../registry/token-lane.ts";
import { webPages } from "../web/pages.ts";
import { anyPath, pageBinding, pageRouter } from "../web/protocol/bind-pages.ts";
import { pageError } from "../web/protocol/page-error.ts";
import type { Container } from "./container.ts";
import { healthRouter } from "./health.routes.ts";
import { knownFailures } from "./known-failures.ts";
import { noRoute } from "./no-route.ts";

/** Creates what answers requests. */
export function createApp(container: Container): RequestHandler {
  const { log, ids, config, database } = container;
  const failures = knownFailures(database);
  const failuresIn = <Body>(dialect: ErrorDialect<Body>) => failureAnswers(dialect, failures, log);
  const findClient = clientFinder(addressSet(config.network.trustedProxies), log);
  const beginRequest = requestRecorder(log, ids);
  const answerToken = tokenEndpoint(container, failuresIn(registryError));
  /** Those whose bodies may take as long as git takes: it is known who sends them, and that they may. */
  const unhurried = new WeakSet<IncomingMessage>();
  const onBroken = (error: Error) => log.info({ err: error }, "a connection ended early");

  const app = new Koa();
  // Failed requests are answered below. Only broken connections arrive here, which Koa would otherwise print.
  app.on("error", onBroken);
  app.use(clientAddressMiddleware(findClient));
  app.use(requestLog(beginRequest));
  app.use(closeUnread);
  app.use(errorHandler(failuresIn(apiError)));
  app.use(tokenRouter(container, answerToken).routes());
  app.use(healthRouter(container).routes());
  app.use(notificationRouter(container).routes());
  app.use(mergeSlashes);
  app.use(apiRouter(container, apiOperations(container, config.url), config.url).routes());
  app.use(gitRoutes({ ...container, unhurry: (request) => unhurried.add(request) }, failuresIn(gitError)));
  const binding = pageBinding(container, failuresIn(pageError));
  const pages = webPages(container, binding.links);
  app.use(binding.assets.serve);
  app.use(pageRouter(binding, pages).routes());
  app.use(anyPath(binding, pages));
  app.use(noRoute);
  const handle = tokenLane({ findClient, beginRequest, answerToken, onBroken }, app.callback());
  const limitMs = config.network.requestTimeoutSeconds * 1000;
  return limitArrival(handle, { limitMs, isExempt: (request) => unhurried.has(request) });
}
