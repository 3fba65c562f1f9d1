/** One's own access tokens. */
import { createPersonalToken } from "../../access-tokens/create-personal-token.ts";
import { retirePersonalTokenPredecessor } from "../../access-tokens/retire-predecessor.ts";
import { revokePersonalToken } from "../../access-tokens/revoke-token.ts";
import { rotatePersonalToken } from "../../access-tokens/rotate-token.ts";
import { foreseePersonalToken } from "../../registry-access/foresee-access.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { settingsMenu } from "../settings-menu.ts";
import type { WebServices } from "../web-services.ts";
import type { TokenPlaces } from "./token-place.ts";

const ABOUT =
  "A personal token acts as you, wherever you are a member, as far as its scopes go. For a CI job or a server, make a token of its project.";

/** `/-/user_settings/personal_access_tokens`. @see docs/spec/web.md "Pages" */
export function personalTokens(services: WebServices, links: PageLinks): TokenPlaces {
  return {
    base: "/-/user_settings/personal_access_tokens",
    params: NOTHING,
    async open({ principal: caller }) {
      const tokenLinks = links.accessTokens("self");
      return {
        of: { user: "self" },
        links: tokenLinks,
        project: undefined,
        image: { registry: services.links.registry, prefix: undefined },
        api: services.links.api("user"),
        isEnabled: true,
        title: "Personal access tokens",
        about: ABOUT,
        frame: (...rest) => ({
          crumbs: [
            { name: "Your account" },
            { name: "Personal access tokens", href: tokenLinks.list() },
            ...rest.map((name) => ({ name })),
          ],
          side: settingsMenu(links, "personal_access_tokens"),
        }),
        foresee: ({ scopes }) => foreseePersonalToken(services, { caller, user: "self", scopes }),
        create: ({ accessLevel: _, repositoryRules: __, ...input }) =>
          createPersonalToken(services, { caller, owner: "self", ...input }),
        rotate: (tokenId, input) => rotatePersonalToken(services, { caller, tokenId, ...input }),
        retire: (tokenId) => retirePersonalTokenPredecessor(services, { caller, tokenId }),
        revoke: (tokenId) => revokePersonalToken(services, { caller, tokenId }),
      };
    },
  };
}
