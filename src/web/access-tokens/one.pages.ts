/** One token: its page, and how it is rotated and ended. */
import { previewRevocation } from "../../access-tokens/preview-revocation.ts";
import { pageQuery } from "../parts/pager.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { findPlaceToken } from "./find-place-token.ts";
import type { PlacePages, PlaceRequest } from "./place-pages.ts";
import { revokePage } from "./revoke-page.ts";
import { readRotation, rotateForm, rotatePage } from "./rotate-page.ts";
import { showSecret } from "./show-secret.ts";
import { askedEnd } from "./token-end-choice.ts";
import { tokenPage } from "./token-page.ts";

/** The pages about one token of a place. */
export function oneTokenPages(services: WebServices, { view, action }: PlacePages): Page[] {
  const { clock, tokenSettings } = services;
  const rotation = async (request: PlaceRequest, form: FormState) => {
    const { place, needsPassword } = request;
    const around = { now: clock.now(), maxDays: tokenSettings.maxLifetimeDays, needsPassword };
    return rotatePage(place, await findPlaceToken(services, request), form, around);
  };
  return [
    view("/:token_id", pageQuery, async (request, { page }) => {
      const found = await findPlaceToken(services, request, request.tokenId, page);
      return tokenPage(request.place, found, page, clock.now());
    }),
    view("/:token_id/rotate", NOTHING, (request) => {
      const end = askedEnd(new FormState(), clock.now(), tokenSettings.maxLifetimeDays);
      return rotation(request, new FormState({ ...end, grace_period: "0" }));
    }),
    action("/:token_id/rotate", {
      form: rotateForm,
      confirms: true,
      async act({ place, visitor, tokenId }, form) {
        const { token, secret } = await place.rotate(tokenId, readRotation(new FormState(form), clock.now()));
        return showSecret(services, { visitor, place, tokenId: token.id, secret });
      },
      again: rotation,
    }),
    action("/:token_id/retire_predecessor", {
      form: NOTHING,
      async act({ place, tokenId }) {
        await place.retire(tokenId);
        return { redirect: place.links.list(), notice: "old_secret_ended" };
      },
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
