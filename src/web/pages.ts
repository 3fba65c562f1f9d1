/** Every page, in the order in which addresses are tried: an address belongs to the first that it fits. */
import { instanceTokens } from "./access-tokens/instance-tokens.ts";
import { personalTokens } from "./access-tokens/personal-tokens.ts";
import { projectTokens } from "./access-tokens/project-tokens.ts";
import { tokenPages, tokenReviewPages } from "./access-tokens/token-pages.ts";
import { activeSessionPages } from "./active-session.pages.ts";
import { activityPages } from "./activity/activity-pages.ts";
import { instanceActivity, projectActivity } from "./activity/activity-place.ts";
import { accountChangePages } from "./admin/account-change.pages.ts";
import { accountLinkPages } from "./admin/account-link.pages.ts";
import { deleteAccountPages } from "./admin/delete-account.pages.ts";
import { featureFlagPages } from "./admin/feature-flag.pages.ts";
import { jobPages } from "./admin/job.pages.ts";
import { overviewPages } from "./admin/overview.pages.ts";
import { adminProjectPages } from "./admin/project.pages.ts";
import { registryPages } from "./admin/registry.pages.ts";
import { userPages } from "./admin/user.pages.ts";
import { explainPages } from "./explain/explain.pages.ts";
import { explorePages } from "./explore.pages.ts";
import { groupPages } from "./group/group.pages.ts";
import { newGroupPages } from "./group/new-group.pages.ts";
import { helpPages } from "./help.pages.ts";
import { homePages } from "./home.pages.ts";
import { repositoryPages } from "./images/repository.pages.ts";
import { tagPages } from "./images/tag.pages.ts";
import { memberPages } from "./members/member-pages.ts";
import { groupMembers, projectMembers } from "./members/member-place.ts";
import { passwordPages } from "./password.pages.ts";
import { placePages } from "./place.pages.ts";
import { profilePages } from "./profile.pages.ts";
import { newProjectPages } from "./project/new-project.pages.ts";
import { projectSettingsPages } from "./project/settings.pages.ts";
import type { Page } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { signInPages } from "./sign-in.pages.ts";
import { signInLinkPages } from "./sign-in-link.pages.ts";
import { styleguidePages } from "./styleguide.pages.ts";
import type { WebServices } from "./web-services.ts";

/** All pages. @see docs/spec/web.md "Pages" */
export function webPages(services: WebServices, links: PageLinks): Page[] {
  return [
    ...homePages(services, links),
    ...signInPages(services, links),
    ...signInLinkPages(services, links),
    ...profilePages(services, links),
    ...passwordPages(services, links),
    ...activeSessionPages(services, links),
    ...tokenPages(services, personalTokens(services, links)),
    ...tokenPages(services, projectTokens(services, links)),
    ...overviewPages(services, links),
    ...userPages(services, links),
    ...accountChangePages(services, links),
    ...accountLinkPages(services, links),
    ...deleteAccountPages(services, links),
    ...adminProjectPages(services, links),
    ...jobPages(services, links),
    ...registryPages(services, links),
    ...tokenReviewPages(services, instanceTokens(services, links)),
    ...featureFlagPages(services, links),
    ...activityPages(services, links, instanceActivity(links)),
    ...activityPages(services, links, projectActivity(services, links)),
    ...memberPages(services, links, groupMembers(services, links)),
    ...memberPages(services, links, projectMembers(services, links)),
    ...tagPages(services, links),
    ...repositoryPages(services, links),
    ...explainPages(services, links),
    ...styleguidePages(services, links),
    ...projectSettingsPages(services, links),
    ...explorePages(services, links),
    ...helpPages(services, links),
    ...newProjectPages(services, links),
    ...newGroupPages(services, links),
    // These fit what lies below them too: after all others.
    ...groupPages(services, links),
    ...placePages(services, links),
  ];
}
