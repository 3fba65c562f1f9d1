/** All pages about access tokens, of a project or of oneself: they are declared once for both. */
import { z } from "zod";
import { findFirstSteps } from "../../access-tokens/find-first-steps.ts";
import { findFirstUse } from "../../access-tokens/find-first-use.ts";
import { findToken } from "../../access-tokens/find-token.ts";
import { previewRevocation } from "../../access-tokens/preview-revocation.ts";
import { reviewTokens } from "../../access-tokens/review-tokens.ts";
import { revokeTokens } from "../../access-tokens/revoke-tokens.ts";
import { TOKEN_STATES } from "../../access-tokens/token-standing.ts";
import { ValidationError } from "../../errors.ts";
import { ACCESS_LEVELS, isAccessLevel } from "../../principals/access-level.ts";
import type { ForeseenAccess } from "../../registry-access/foreseen-access.ts";
import { id } from "../../schemas/fields.ts";
import { pageQuery } from "../parts/pager.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type Redirect, view } from "../protocol/page.ts";
import { forgetSecret, openSecret, SECRET_COOKIE, sealSecret } from "../protocol/sealed-secret.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";
import { secretPage, secretWasShownPage } from "./created-page.ts";
import { firstUsePage } from "./first-use.ts";
import { effectPage, tokenFormPage } from "./form-page.ts";
import { TOKENS_PER_PAGE, tokenListPage } from "./list-page.ts";
import { newTokenForm, newTokenQuery, readNewToken, startNewToken } from "./new-token-form.ts";
import { revokePage } from "./revoke-page.ts";
import { readRotation, rotateForm, rotatePage } from "./rotate-page.ts";
import { EVENTS_PER_PAGE, tokenPage } from "./token-page.ts";
import type { TokenPlace, TokenPlaces } from "./token-place.ts";

const listQuery = pageQuery.extend({
  state: z.enum(TOKEN_STATES).default("active"),
  search: z.string().max(255).default(""),
});

/** The numbers of some tokens, as boxes send them: one, or several. */
const someIds = z.object({
  ids: z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat())
    .pipe(z.array(z.coerce.number<string>().int().min(1).max(2_147_483_647)).min(1).max(100)),
});

/** The pages of one kind of place. @see docs/spec/web.md "Pages" */
export function tokenPages(services: WebServices, places: TokenPlaces): Page[] {
  const { base, open } = places;
  const { clock, tokenSettings } = services;
  const params = places.params;
  const oneParams = places.params.extend({ token_id: id() });
  /** The token that an address names, with a page of its events. */
  const find = (visitor: SignedInVisitor, place: TokenPlace, tokenId: unknown, page = 1) =>
    findToken(services, {
      caller: visitor.principal,
      of: place.of,
      tokenId: Number(tokenId),
      events: { limit: EVENTS_PER_PAGE, offset: (page - 1) * EVENTS_PER_PAGE },
    });
  const around = (needsPassword: boolean) => ({
    now: clock.now(),
    maxDays: tokenSettings.maxLifetimeDays,
    needsPassword,
  });
  /** What was typed, foreseen; undefined while it names no token that could be. */
  const foresee = async (place: TokenPlace, form: FormState): Promise<ForeseenAccess | undefined> => {
    try {
      const named = form.value("name").trim() === "" ? form.with({ name: "The token" }) : form;
      return await place.foresee(readNewToken(named, place, clock.now()));
    } catch (error) {
      if (error instanceof ValidationError) return undefined;
      throw error;
    }
  };
  /** To the one page that shows a new secret, which travels sealed. */
  const showSecret = (visitor: SignedInVisitor, place: TokenPlace, tokenId: number, secret: string): Redirect => {
    const path = place.links.created(tokenId);
    const sealed = { sessionId: visitor.session.id, tokenId, secret, path, now: clock.now() };
    return { redirect: path, cookies: [sealSecret(services.sealingKey, sealed)] };
  };
  return [
    view({
      path: base,
      access: "signed_in",
      params,
      query: listQuery,
      async show({ visitor, params, query }) {
        const place = await open(visitor, params);
        const { page, ...filter } = query;
        const reviewed = await reviewTokens(services, {
          caller: visitor.principal,
          of: place.of,
          ...filter,
          page: { limit: TOKENS_PER_PAGE, offset: (page - 1) * TOKENS_PER_PAGE },
        });
        const projectId = place.project?.project.id;
        const steps = projectId === undefined ? undefined : await findFirstSteps(services.database.em(), projectId);
        return tokenListPage(place, { reviewed, steps, view: query, now: clock.now() });
      },
    }),
    view({
      path: `${base}/new`,
      access: "signed_in",
      params,
      query: newTokenQuery,
      async show({ visitor, params, query, needsPassword }) {
        const place = await open(visitor, params);
        if (!place.isEnabled) return { redirect: place.links.list() };
        const from = new FormState(query).value("from");
        const repeated = /^\d{1,9}$/.test(from) ? (await find(visitor, place, from)).token : undefined;
        const form = startNewToken(query, repeated);
        return tokenFormPage(place, form, { ...around(needsPassword), foreseen: await foresee(place, form) });
      },
    }),
    view({
      path: `${base}/effect`,
      access: "signed_in",
      params,
      query: newTokenQuery,
      async show({ visitor, params, query }) {
        const place = await open(visitor, params);
        const form = new FormState(query);
        return effectPage(place, form, await foresee(place, form));
      },
    }),
    action({
      path: base,
      access: "signed_in",
      params,
      query: NOTHING,
      form: newTokenForm,
      confirms: true,
      async act({ visitor, params, form }) {
        const place = await open(visitor, params);
        const { token, secret } = await place.create(readNewToken(new FormState(form), place, clock.now()));
        return showSecret(visitor, place, token.id, secret);
      },
      async again({ visitor, params, needsPassword }, form) {
        const place = await open(visitor, params);
        return tokenFormPage(place, form, { ...around(needsPassword), foreseen: await foresee(place, form) });
      },
    }),
    view({
      path: `${base}/revoke`,
      access: "signed_in",
      params,
      query: someIds,
      async show({ visitor, params, query }) {
        const place = await open(visitor, params);
        const caller = visitor.principal;
        const preview = await previewRevocation(services, { caller, of: place.of, tokenIds: query.ids });
        return revokePage(place, preview, place.links.revokeMany(), clock.now());
      },
    }),
    action({
      path: `${base}/revoke`,
      access: "signed_in",
      params,
      query: NOTHING,
      form: someIds,
      async act({ visitor, params, form }) {
        const place = await open(visitor, params);
        await revokeTokens(services, { caller: visitor.principal, of: place.of, tokenIds: form.ids });
        return { redirect: place.links.list(), notice: "tokens_revoked" };
      },
    }),
    view({
      path: `${base}/:token_id`,
      access: "signed_in",
      params: oneParams,
      query: pageQuery,
      async show({ visitor, params, query: { page } }) {
        const place = await open(visitor, params);
        return tokenPage(place, await find(visitor, place, params["token_id"], page), page, clock.now());
      },
    }),
    view({
      path: `${base}/:token_id/created`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      async show({ visitor, params, cookie }) {
        const place = await open(visitor, params);
        const found = await find(visitor, place, params["token_id"]);
        const { id: tokenId, scopes, accessLevel, repositoryRules = null } = found.token;
        const now = clock.now();
        const value = cookie(SECRET_COOKIE);
        const secret = openSecret(services.sealingKey, { sessionId: visitor.session.id, tokenId, value, now });
        if (secret === undefined) return secretWasShownPage(place, found);
        const level = accessLevel != null && isAccessLevel(accessLevel) ? accessLevel : ACCESS_LEVELS.guest;
        const foreseen = await place.foresee({ scopes, accessLevel: level, repositoryRules });
        return {
          ...secretPage(place, found, { secret, foreseen, now, api: place.api }),
          cookies: [forgetSecret(place.links.created(tokenId))],
        };
      },
    }),
    view({
      path: `${base}/:token_id/first_use`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      async show({ visitor, params }) {
        const place = await open(visitor, params);
        const tokenId = Number(params["token_id"]);
        const used = await findFirstUse(services, { caller: visitor.principal, of: place.of, tokenId });
        return firstUsePage(place, tokenId, used, clock.now());
      },
    }),
    view({
      path: `${base}/:token_id/rotate`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        const place = await open(visitor, params);
        const found = await find(visitor, place, params["token_id"]);
        return rotatePage(place, found, new FormState(), around(needsPassword));
      },
    }),
    action({
      path: `${base}/:token_id/rotate`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      form: rotateForm,
      confirms: true,
      async act({ visitor, params, form }) {
        const place = await open(visitor, params);
        const rotation = readRotation(new FormState(form), clock.now());
        const { token, secret } = await place.rotate(Number(params["token_id"]), rotation);
        return showSecret(visitor, place, token.id, secret);
      },
      async again({ visitor, params, needsPassword }, form) {
        const place = await open(visitor, params);
        return rotatePage(place, await find(visitor, place, params["token_id"]), form, around(needsPassword));
      },
    }),
    action({
      path: `${base}/:token_id/retire_predecessor`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor, params }) {
        const place = await open(visitor, params);
        await place.retire(Number(params["token_id"]));
        return { redirect: place.links.list(), notice: "old_secret_ended" };
      },
    }),
    view({
      path: `${base}/:token_id/revoke`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      async show({ visitor, params }) {
        const place = await open(visitor, params);
        const tokenIds = [Number(params["token_id"])];
        const preview = await previewRevocation(services, { caller: visitor.principal, of: place.of, tokenIds });
        if (preview.tokens.length === 0) return { redirect: place.links.one(Number(params["token_id"])) };
        return revokePage(place, preview, place.links.revoke(Number(params["token_id"])), clock.now());
      },
    }),
    action({
      path: `${base}/:token_id/revoke`,
      access: "signed_in",
      params: oneParams,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor, params }) {
        const place = await open(visitor, params);
        await place.revoke(Number(params["token_id"]));
        return { redirect: place.links.list(), notice: "token_revoked" };
      },
    }),
  ];
}
