/** The access tokens of a project. */
import { createProjectToken } from "../../access-tokens/create-project-token.ts";
import { retireProjectTokenPredecessor } from "../../access-tokens/retire-predecessor.ts";
import { revokeProjectToken } from "../../access-tokens/revoke-token.ts";
import { rotateProjectToken } from "../../access-tokens/rotate-token.ts";
import { isFeatureEnabled } from "../../feature-flags/require-feature.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { foreseeProjectToken } from "../../registry-access/foresee-access.ts";
import { matchRepositories } from "../../registry-access/match-repositories.ts";
import { openProject, projectFrame, projectParams } from "../project-page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import type { TokenPlaces } from "./token-place.ts";

const ABOUT =
  "Each token has a bot user of its own, a member of this project alone: what it does shows under its name in the activity.";

/** `/:project/-/settings/access_tokens`, for Maintainers. @see docs/spec/web.md "Who sees what" */
export function projectTokens(services: WebServices, links: PageLinks): TokenPlaces {
  return {
    base: "/*project/-/settings/access_tokens",
    params: projectParams,
    async open({ principal: caller }, params) {
      const access = await openProject(services, caller, projectParams.parse(params).project, ACCESS_LEVELS.maintainer);
      const { id, fullPath } = access.project;
      const project = id;
      const tokenLinks = links.accessTokens(fullPath.path);
      const prefix = services.links.image(fullPath.path);
      return {
        of: { project },
        links: tokenLinks,
        project: access,
        image: { registry: services.links.registry, prefix },
        api: services.links.api(`projects/${id}`),
        isEnabled: await isFeatureEnabled(services.database.em(), "resource_access_token", id),
        title: "Access tokens",
        about: ABOUT,
        frame: (...rest) =>
          projectFrame(
            access,
            links,
            "access_tokens",
            { name: "Access tokens", href: tokenLinks.list() },
            ...rest.map((name) => ({ name })),
          ),
        explain: (tokenId) => links.explain({ project: fullPath.path }, { who: "token", token: tokenId }),
        async foresee(powers) {
          const { repositoryRules } = powers;
          const foreseen = await foreseeProjectToken(services, { caller, project, ...powers });
          if (repositoryRules === null) return foreseen;
          return { ...foreseen, matched: await matchRepositories(services, { caller, project, repositoryRules }) };
        },
        create: (input) => createProjectToken(services, { caller, project, ...input }),
        rotate: (tokenId, input) => rotateProjectToken(services, { caller, project, tokenId, ...input }),
        retire: (tokenId) => retireProjectTokenPredecessor(services, { caller, project, tokenId }),
        revoke: (tokenId) => revokeProjectToken(services, { caller, project, tokenId }),
      };
    },
  };
}
