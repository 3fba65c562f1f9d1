/** The list of tokens, and what is done with many of them. */
import { z } from "zod";
import { findFirstSteps } from "../../access-tokens/find-first-steps.ts";
import { previewRevocation } from "../../access-tokens/preview-revocation.ts";
import { reviewTokens } from "../../access-tokens/review-tokens.ts";
import { revokeTokens } from "../../access-tokens/revoke-tokens.ts";
import { TOKEN_STATES } from "../../access-tokens/token-standing.ts";
import { pageQuery } from "../parts/pager.ts";
import type { Page } from "../protocol/page.ts";
import type { WebServices } from "../web-services.ts";
import { TOKENS_PER_PAGE, tokenListPage } from "./list-page.ts";
import type { PlacePages } from "./place-pages.ts";
import { revokePage } from "./revoke-page.ts";

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

/** The pages about all tokens of a place. */
export function listPages(services: WebServices, { view, action }: PlacePages): Page[] {
  const { database, clock } = services;
  return [
    view("", listQuery, async ({ place, visitor: { principal: caller } }, query) => {
      const { page: number, ...filter } = query;
      const page = { limit: TOKENS_PER_PAGE, offset: (number - 1) * TOKENS_PER_PAGE };
      const reviewed = await reviewTokens(services, { caller, of: place.of, ...filter, page });
      const projectId = place.project?.project.id;
      const steps = projectId === undefined ? undefined : await findFirstSteps(database.em(), projectId, clock.now());
      return tokenListPage(place, { reviewed, steps, view: query, now: clock.now() });
    }),
    view("/revoke", someIds, async ({ place, visitor: { principal: caller } }, { ids: tokenIds }) => {
      const preview = await previewRevocation(services, { caller, of: place.of, tokenIds });
      return revokePage(place, preview, place.links.revokeMany(), clock.now());
    }),
    action("/revoke", {
      form: someIds,
      async act({ place, visitor: { principal: caller } }, { ids: tokenIds }) {
        await revokeTokens(services, { caller, of: place.of, tokenIds });
        return { redirect: place.links.list(), notice: "tokens_revoked" };
      },
    }),
  ];
}
