/** Tells the audit log what became of requests to the token endpoint. @see docs/spec/audit.md "Events" */
import { isSecret } from "../access-tokens/secret.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { formsOf } from "../audit/clean-text.ts";
import type { RequestOrigin } from "../audit/request-origin.ts";
import { isMeantAsToken } from "../authentication/authenticate-token-password.ts";
import { failedCredential } from "../authentication/failed-credential.ts";
import { KeysideError } from "../errors.ts";
import { parseScopes, renderScope } from "../registry-access/requested-scope.ts";
import type { IssuedRegistryToken, RegistryTokenRequest } from "./registry-token.ts";

/** What telling needs. */
export interface TokenAuditServices {
  readonly audit: AuditLog | undefined;
  readonly tokenPrefix: string;
}

/**
 * Tells that a registry token is about to leave, and of the sign-in by a password that it is for. Where the log is required,
 * what comes back is to be waited for.
 *
 * @throws UnavailableError by rejection, when the token must not leave
 */
export function tellIssued(
  { audit }: TokenAuditServices,
  request: RegistryTokenRequest,
  { to, jti, access }: IssuedRegistryToken,
  origin: RequestOrigin,
): Promise<void> | undefined {
  if (audit === undefined) return undefined;
  const actor = to ?? ANONYMOUS_ACTOR;
  const common = { actor, tokenId: to?.tokenId, clientId: request.clientId, presented: presentedIn(request), origin };
  // Nothing but a password or a refresh token acts for a human without an access token.
  if (to?.kind === "user" && to.tokenId === null && request.credentials?.kind === "password")
    audit.tell({ ...common, event: "sign_in.succeeded", credential: "password", door: "registry" });
  const granted = access.map(renderScope);
  return audit.tellBefore({ ...common, event: "registry_token.issued", jti, requested: requestedIn(request), granted });
}

const ANONYMOUS_ACTOR = { kind: "anonymous" } as const;

/** What was thrown in the place of a token. */
export interface TokenRefusal {
  readonly thrown: unknown;
  readonly status: number;
  /** Undefined for what could not be read. */
  readonly request: RegistryTokenRequest | undefined;
  readonly origin: RequestOrigin;
}

/** Tells that no registry token was given, and of the credential that was not accepted, if it was for one. */
export function tellRefused(services: TokenAuditServices, { thrown, status, request, origin }: TokenRefusal): void {
  const { audit } = services;
  if (audit === undefined) return;
  const presented = request === undefined ? undefined : presentedIn(request);
  const common = { clientId: request?.clientId, presented, origin };
  const failed = failedCredential(thrown);
  if (failed !== undefined) {
    const credential = credentialOf(services, request);
    audit.tell({ ...common, ...failed, event: "sign_in.failed", credential, door: "registry" });
  }
  const cause = thrown instanceof KeysideError ? thrown.code : status === 503 ? "unavailable" : "internal_error";
  const requested = request === undefined ? undefined : requestedIn(request);
  audit.tell({ ...common, cause, ...failed, event: "registry_token.refused", requested });
}

function credentialOf(
  services: TokenAuditServices,
  request: RegistryTokenRequest | undefined,
): AuditEntry["credential"] {
  switch (request?.credentials?.kind) {
    case undefined:
      return undefined;
    case "refresh_token":
      return "refresh_token";
    case "password":
      return isMeantAsToken(request.credentials.password, services) ? "access_token" : "password";
  }
}

/** What breaks the grammar is not written: it may be anything. */
function requestedIn({ scopes }: RegistryTokenRequest): readonly string[] | undefined {
  const parsed = parseScopes(scopes);
  return parsed.ok ? parsed.scopes.map(renderScope) : undefined;
}

/** A secret of Keyside's own is withheld for its looks, in whatever form. */
function presentedIn({ credentials }: RegistryTokenRequest): readonly string[] {
  if (credentials === undefined) return [];
  const [secret, username] =
    credentials.kind === "password" ? [credentials.password, credentials.username] : [credentials.secret, ""];
  return isSecret(secret) ? [] : formsOf(secret, username);
}
