/** The services that the pages need, together. */
import type { KeyObject } from "node:crypto";
import type { PreviewServices } from "../access-tokens/preview-revocation.ts";
import type { RevokeServices } from "../access-tokens/revoke-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import type { EndSignInsServices } from "../accounts/end-sign-ins.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { Config } from "../config.ts";
import type { RegistryChecks } from "../doctor/registry-checks.ts";
import type { CreateGroupServices } from "../groups/create-group.ts";
import type { ImageServices } from "../images/image-services.ts";
import type { Links } from "../links.ts";
import type { DeleteProjectServices } from "../projects/delete-project.ts";
import type { ExplainServices } from "../registry-access/explain-access.ts";
import type { ForeseeServices } from "../registry-access/foresee-access.ts";
import type { RegistryContacts } from "../registry-access/registry-contacts.ts";
import type { SigningKeys } from "../signing/signing-keys.ts";
import type { JobRunsReader } from "./admin/job-runs-reader.ts";

/** The services of the use cases that pages call. */
export interface WebServices
  extends AuthenticationServices,
    EndSignInsServices,
    TokenServices,
    RevokeServices,
    PreviewServices,
    ForeseeServices,
    ExplainServices,
    CreateGroupServices,
    ImageServices,
    DeleteProjectServices {
  readonly registry: Config["registry"];
  /** Whose ends administrators are told of. */
  readonly signingKeys: Pick<SigningKeys, "current" | "caNotAfter" | "caCertificate">;
  readonly links: Links;
  /** Of secrets that are shown once; all replicas share it. */
  readonly sealingKey: KeyObject;
  /** Told of each refused credential. */
  readonly audit: AuditLog | undefined;
  readonly jobRuns: JobRunsReader;
  readonly registryChecks: Pick<RegistryChecks, "run" | "read">;
  readonly registryContacts: Pick<RegistryContacts, "read">;
  readonly config: Pick<Config, "url" | "registry" | "eventRetentionDays">;
}
