/** All pages about access tokens: they are declared once for a project, for oneself and for the instance. */
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { listPages } from "./list.pages.ts";
import { newTokenPages } from "./new.pages.ts";
import { oneTokenPages } from "./one.pages.ts";
import { placePages } from "./place-pages.ts";
import { rotationPages } from "./rotation.pages.ts";
import type { TokenPlace, TokenPlaces } from "./token-place.ts";

/**
 * The pages of a kind of place where tokens are made. What names no token goes before what does.
 *
 * @see docs/spec/web.md "Access tokens"
 */
export function tokenPages(services: WebServices, places: TokenPlaces): Page[] {
  const pages = placePages(places);
  return [
    ...listPages(services, pages),
    ...newTokenPages(services, pages),
    ...oneTokenPages(services, pages),
    ...rotationPages(services, pages),
  ];
}

/** The pages of a kind of place where tokens are looked at and revoked, and made elsewhere. */
export function tokenReviewPages(services: WebServices, places: TokenPlaces<TokenPlace>): Page[] {
  const pages = placePages(places);
  return [...listPages(services, pages), ...oneTokenPages(services, pages)];
}
