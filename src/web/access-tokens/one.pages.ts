/** One token: its page, and how it is ended. */
import { findFirstUse } from "../../access-tokens/find-first-use.ts";
import { previewRevocation } from "../../access-tokens/preview-revocation.ts";
import { findPushedTo } from "../find-pushed-to.ts";
import { pageQuery } from "../parts/pager.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { findPlaceToken } from "./find-place-token.ts";
import { firstUsePage } from "./first-use.ts";
import type { PlacePages } from "./place-pages.ts";
import { revokePage } from "./revoke-page.ts";
import { tokenPage } from "./token-page.ts";

/** The pages about one token of a place. */
export function oneTokenPages(services: WebServices, { view, action }: PlacePages): Page[] {
  const { database, clock } = services;
  return [
    view("/:token_id", pageQuery, async (request, { page }) => {
      const found = await findPlaceToken(services, request, request.tokenId, page);
      const { principal: caller } = request.visitor;
      const pushedTo =
        found.project === undefined ? await findPushedTo(database.em(), caller, found.events.events) : undefined;
      return tokenPage(request.place, found, { page, pushedTo }, clock.now());
    }),
    view("/:token_id/first_use", NOTHING, async ({ place, visitor: { principal: caller }, tokenId }) => {
      const used = await findFirstUse(services, { caller, of: place.of, tokenId });
      return firstUsePage(place, tokenId, used, clock.now());
    }),
    view("/:token_id/revoke", NOTHING, async ({ place, visitor: { principal: caller }, tokenId }) => {
      const preview = await previewRevocation(services, { caller, of: place.of, tokenIds: [tokenId] });
      // What has ended, or never was, has a page of its own that says so.
      if (preview.tokens.length === 0) return { redirect: place.links.one(tokenId) };
      return revokePage(place, preview, place.links.revoke(tokenId), clock.now());
    }),
    action("/:token_id/revoke", {
      form: NOTHING,
      async act({ place, tokenId }) {
        await place.revoke(tokenId);
        return { redirect: place.links.list(), notice: "token_revoked" };
      },
    }),
  ];
}
