/** Every call of the API below `/api/v4`, in the order in which the OpenAPI document lists them. */
import type { ApiServices } from "./api-services.ts";
import { branchOperations } from "./branch.routes.ts";
import { commitOperations } from "./commit.routes.ts";
import { deletedPathOperations } from "./deleted-path.routes.ts";
import { eventOperations } from "./event.routes.ts";
import { explainOperations } from "./explain.routes.ts";
import { featureOperations } from "./feature.routes.ts";
import { groupOperations } from "./group.routes.ts";
import { instanceOperations } from "./instance.routes.ts";
import { memberOperations } from "./member.routes.ts";
import { namespaceOperations } from "./namespace.routes.ts";
import { ownAccessTokenOperations } from "./own-access-token.routes.ts";
import { personalAccessTokenOperations } from "./personal-access-token.routes.ts";
import { projectOperations } from "./project.routes.ts";
import { projectAccessTokenOperations } from "./project-access-token.routes.ts";
import type { ApiOperation } from "./protocol/api-operation.ts";
import { refreshTokenOperations } from "./refresh-token.routes.ts";
import { registryActivityOperations } from "./registry-activity.routes.ts";
import { repositoryArchiveOperations } from "./repository-archive.routes.ts";
import { repositoryFileOperations } from "./repository-file.routes.ts";
import { signInLinkOperations } from "./sign-in-link.routes.ts";
import { sshKeyOperations } from "./ssh-key.routes.ts";
import { tagOperations } from "./tag.routes.ts";
import { tokenUsageOperations } from "./token-usage.routes.ts";
import { userOperations } from "./user.routes.ts";

/** All calls of the API; `baseUrl` is Keyside's URL for clients. @see docs/spec/rest-api.md "The calls" */
export function apiOperations(services: ApiServices, baseUrl: string): ApiOperation[] {
  const operations = [
    ...userOperations(services),
    ...signInLinkOperations(services),
    ...ownAccessTokenOperations(services),
    ...personalAccessTokenOperations(services),
    ...groupOperations(services),
    ...namespaceOperations(services),
    ...projectOperations(services),
    ...memberOperations(services),
    ...projectAccessTokenOperations(services),
    ...tokenUsageOperations(services),
    ...registryActivityOperations(services),
    ...branchOperations(services),
    ...tagOperations(services),
    ...commitOperations(services),
    ...repositoryFileOperations(services),
    ...repositoryArchiveOperations(services),
    ...explainOperations(services),
    ...featureOperations(services),
    ...eventOperations(services),
    ...refreshTokenOperations(services),
    ...sshKeyOperations(services),
    ...deletedPathOperations(services),
  ];
  return [...operations, ...instanceOperations(operations, baseUrl)];
}
