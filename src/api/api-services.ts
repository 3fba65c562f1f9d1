/** The services that the API's calls need, together. */
import type { RevokeServices } from "../access-tokens/revoke-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import type { EndSignInsServices } from "../accounts/end-sign-ins.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { ReadingServices } from "../git-repositories/reading/open-repository.ts";
import type { CreateGroupServices } from "../groups/create-group.ts";
import type { Links } from "../links.ts";
import type { DeleteProjectServices } from "../projects/delete-project.ts";
import type { ExplainServices } from "../registry-access/explain-access.ts";

/** The services of the use cases that the API calls, and the links in its answers. */
export interface ApiServices
  extends AuthenticationServices,
    TokenServices,
    RevokeServices,
    CreateGroupServices,
    DeleteProjectServices,
    ExplainServices,
    EndSignInsServices,
    ReadingServices {
  readonly links: Links;
  /** Told of each refused credential. */
  readonly audit: AuditLog | undefined;
}
