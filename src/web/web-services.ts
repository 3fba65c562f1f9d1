/** The services that the pages need, together. */
import type { EndSignInsServices } from "../accounts/end-sign-ins.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { IdSource } from "../ids.ts";
import type { Links } from "../links.ts";

/** The services of the use cases that pages call. */
export interface WebServices extends AuthenticationServices, EndSignInsServices {
  readonly ids: IdSource;
  readonly links: Links;
  /** Told of each refused credential. */
  readonly audit: AuditLog | undefined;
}
