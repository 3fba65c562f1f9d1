/** All access tokens of the instance, of projects and of people, for administrators. */
import { revokeTokens } from "../../access-tokens/revoke-tokens.ts";
import { NotFoundError } from "../../errors.ts";
import { requireAdministrator } from "../../principals/principal.ts";
import { adminFrame } from "../admin/admin-menu.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import type { TokenPlace, TokenPlaces } from "./token-place.ts";

const ABOUT =
  "Every access token of the instance, of projects and of people. Each is made, and rotated, where it belongs.";

/** `/admin/access_tokens`. @see docs/spec/web.md "Pages" */
export function instanceTokens(services: WebServices, links: PageLinks): TokenPlaces<TokenPlace> {
  const of = { instance: true } as const;
  return {
    base: "/admin/access_tokens",
    params: NOTHING,
    async open({ principal: caller }) {
      requireAdministrator(caller);
      const tokenLinks = links.accessTokens("instance");
      return {
        of,
        links: tokenLinks,
        project: undefined,
        image: { registry: services.links.registry, prefix: undefined },
        isEnabled: false,
        title: "All access tokens",
        about: ABOUT,
        frame: (...rest) =>
          adminFrame(
            links,
            "access_tokens",
            { name: "Access tokens", href: tokenLinks.list() },
            ...rest.map((name) => ({ name })),
          ),
        async revoke(tokenId) {
          const { revoked } = await revokeTokens(services, { caller, of, tokenIds: [tokenId] });
          if (revoked.length === 0) throw new NotFoundError("Access Token");
        },
      };
    },
  };
}
