/** All pages about access tokens, of a project or of oneself: they are declared once for both. */
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { listPages } from "./list.pages.ts";
import { newTokenPages } from "./new.pages.ts";
import { oneTokenPages } from "./one.pages.ts";
import { placePages } from "./place-pages.ts";
import type { TokenPlaces } from "./token-place.ts";

/** The pages of one kind of place. What names no token goes before what does. @see docs/spec/web.md "Access tokens" */
export function tokenPages(services: WebServices, places: TokenPlaces): Page[] {
  const pages = placePages(places);
  return [...listPages(services, pages), ...newTokenPages(services, pages), ...oneTokenPages(services, pages)];
}
