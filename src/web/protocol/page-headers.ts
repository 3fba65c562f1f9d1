/** The headers of every page, errors included: they tell browsers what a page may do, which is very little. */

import type { Middleware } from "koa";
import helmet from "koa-helmet";

const SELF = ["'self'"];
const NONE = ["'none'"];

/**
 * Middleware that sets the headers of pages.
 *
 * @see docs/spec/web.md "What it is made of"
 * @see https://www.w3.org/TR/CSP3/
 */
export function pageHeaders(isHttps: boolean): Middleware {
  const security = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: NONE,
        ...{ scriptSrc: SELF, styleSrc: SELF, imgSrc: SELF, connectSrc: SELF, formAction: SELF },
        ...{ baseUri: NONE, frameAncestors: NONE, requireTrustedTypesFor: ["'script'"], trustedTypes: NONE },
      },
    },
    // Helmet's own, no-referrer, makes browsers send `Origin: null` with every form.
    referrerPolicy: { policy: "same-origin" },
    // Browsers heed these with https alone, and warn of the others without.
    strictTransportSecurity: isHttps,
    crossOriginOpenerPolicy: isHttps,
    originAgentCluster: isHttps,
    xFrameOptions: { action: "deny" },
  });
  return async (ctx, next) => {
    await security(ctx, next);
    ctx.set("Cache-Control", "no-store");
  };
}
