/** How a token is made: the form, what it will be able to do, and its secret, once. */
import { ValidationError } from "../../errors.ts";
import { ACCESS_LEVELS, isAccessLevel } from "../../principals/access-level.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { Page } from "../protocol/page.ts";
import { forgetSecret, openSecret, SECRET_COOKIE } from "../protocol/sealed-secret.ts";
import type { WebServices } from "../web-services.ts";
import { secretPage, secretWasShownPage } from "./created-page.ts";
import { findPlaceToken } from "./find-place-token.ts";
import { effectPage, tokenFormPage } from "./form-page.ts";
import { newTokenForm, newTokenQuery, readNewToken, startNewToken } from "./new-token-form.ts";
import type { PlacePages, PlaceRequest } from "./place-pages.ts";
import { secretOf, showSecret } from "./show-secret.ts";
import type { Foresight, MakingPlace } from "./token-place.ts";

/** The pages by which a token is made. */
export function newTokenPages(services: WebServices, { view, action }: PlacePages<MakingPlace>): Page[] {
  const { clock, tokenSettings, sealingKey } = services;
  /** What was typed, foreseen; undefined while it names no token that could be. */
  const foresee = async (place: MakingPlace, form: FormState): Promise<Foresight | undefined> => {
    try {
      const named = form.value("name").trim() === "" ? form.with({ name: "The token" }) : form;
      return await place.foresee(readNewToken(named, place, clock.now()));
    } catch (error) {
      if (error instanceof ValidationError) return undefined;
      throw error;
    }
  };
  const formPage = async ({ place, needsPassword }: PlaceRequest<MakingPlace>, form: FormState) => {
    const foreseen = await foresee(place, form);
    return tokenFormPage(place, form, {
      now: clock.now(),
      maxDays: tokenSettings.maxLifetimeDays,
      needsPassword,
      foreseen,
    });
  };
  return [
    view("/new", newTokenQuery, async (request, query) => {
      const { place } = request;
      if (!place.isEnabled) return { redirect: place.links.list() };
      const from = new FormState(query).value("from");
      const repeated = /^\d{1,9}$/.test(from)
        ? (await findPlaceToken(services, request, Number(from))).token
        : undefined;
      return await formPage(
        request,
        startNewToken(query, repeated, { now: clock.now(), maxDays: tokenSettings.maxLifetimeDays }),
      );
    }),
    view("/effect", newTokenQuery, async ({ place }, query) => {
      const form = new FormState(query);
      return effectPage(place, form, await foresee(place, form), clock.now());
    }),
    action("", {
      form: newTokenForm,
      confirms: true,
      async act({ place, visitor }, form) {
        const { token, secret } = await place.create(readNewToken(new FormState(form), place, clock.now()));
        return showSecret(services, { visitor, place, tokenId: token.id, secret });
      },
      again: formPage,
    }),
    view("/:token_id/created", NOTHING, async (request) => {
      const { place, visitor, tokenId, cookie } = request;
      const found = await findPlaceToken(services, request);
      const now = clock.now();
      const sealed = { sessionId: visitor.session.id, what: secretOf(tokenId), value: cookie(SECRET_COOKIE), now };
      const secret = openSecret(sealingKey, sealed);
      if (secret === undefined) return secretWasShownPage(place, found);
      const { scopes, accessLevel: level, repositoryRules = null } = found.token;
      const accessLevel = level != null && isAccessLevel(level) ? level : ACCESS_LEVELS.guest;
      const foreseen = await place.foresee({ scopes, accessLevel, repositoryRules });
      return {
        ...secretPage(place, found, { secret, foreseen, now, api: place.api }),
        cookies: [forgetSecret(place.links.created(tokenId))],
      };
    }),
  ];
}
