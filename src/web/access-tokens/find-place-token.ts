/** Finds the token that a page is about. */
import { type FoundToken, findToken } from "../../access-tokens/find-token.ts";
import type { WebServices } from "../web-services.ts";
import type { PlaceRequest } from "./place-pages.ts";

/** How many of a token's events a page lists. */
export const EVENTS_PER_PAGE = 50;

/**
 * The token that the address names, or another of the same place, with a page of its events.
 *
 * @throws NotFoundError when the place has no such token
 */
export function findPlaceToken(
  services: WebServices,
  { place, visitor, tokenId: named }: PlaceRequest,
  tokenId = named,
  page = 1,
): Promise<FoundToken> {
  const events = { limit: EVENTS_PER_PAGE, offset: (page - 1) * EVENTS_PER_PAGE };
  return findToken(services, { caller: visitor.principal, of: place.of, tokenId, events });
}
