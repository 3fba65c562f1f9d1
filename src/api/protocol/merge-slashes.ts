/** Reads `/features//name` as `/features/name`: some of GitLab's clients write addresses so, and GitLab answers them. */
import type { Middleware } from "koa";
import { API_ROOT } from "./bind-operations.ts";

/** Middleware that merges repeated slashes in the API's paths. */
export const mergeSlashes: Middleware = (ctx, next) => {
  if (ctx.path.startsWith(API_ROOT)) ctx.path = ctx.path.replaceAll(/\/{2,}/g, "/");
  return next();
};
