/** How a token gets a new secret, and how the old one ends. */
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { findPlaceToken } from "./find-place-token.ts";
import type { PlacePages, PlaceRequest } from "./place-pages.ts";
import { readRotation, rotateForm, rotatePage } from "./rotate-page.ts";
import { showSecret } from "./show-secret.ts";
import { askedEnd } from "./token-end-choice.ts";
import type { MakingPlace } from "./token-place.ts";

/** The pages about the rotation of a token of a place. */
export function rotationPages(services: WebServices, { view, action }: PlacePages<MakingPlace>): Page[] {
  const { clock, tokenSettings } = services;
  const rotation = async (request: PlaceRequest<MakingPlace>, form: FormState) => {
    const { place, needsPassword } = request;
    const around = { now: clock.now(), maxDays: tokenSettings.maxLifetimeDays, needsPassword };
    return rotatePage(place, await findPlaceToken(services, request), form, around);
  };
  return [
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
  ];
}
