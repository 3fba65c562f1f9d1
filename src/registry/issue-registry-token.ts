/**
 * Issues registry tokens: a numbered pipeline, so that no way in can forget a step. One small query, for the authorization
 * epoch, is all that it takes for what was answered a moment ago. Else two more at the most: the credential with its user,
 * membership and project; then the projects it asks for, if they are others. All who are at the same step at the same time
 * share a query. A further one only to store a refresh token where one is asked for.
 */
import { authenticateBasic } from "../authentication/authenticate-basic.ts";
import { authenticateRefreshToken } from "../authentication/authenticate-refresh-token.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { Sender } from "../authentication/sender.ts";
import type { Config } from "../config.ts";
import type { AuthorizationEpoch } from "../database/authorization-epoch.ts";
import { ValidationError } from "../errors.ts";
import type { IdSource } from "../ids.ts";
import { ANONYMOUS, type PasswordPrincipal, type Principal, type SignedInPrincipal } from "../principals/principal.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { ImageFactsFinder } from "../projects/find-image-facts.ts";
import { createRefreshToken } from "../refresh-tokens/create-refresh-token.ts";
import { findRepositories, grantAccess } from "../registry-access/grant-access.ts";
import { parseScopes } from "../registry-access/requested-scope.ts";
import { signRegistryToken } from "../signing/registry-jwt.ts";
import type { SigningKeys } from "../signing/signing-keys.ts";
import type { Bearer, IssuedRegistryToken, RegistryTokenRequest } from "./registry-token.ts";
import type { AccessTokenPart, RememberedTokens } from "./remembered-tokens.ts";
import { scopesUsed } from "./scopes-used.ts";

/** The services that issuing needs. */
export interface IssuingServices extends AuthenticationServices {
  readonly ids: IdSource;
  readonly authorizationEpoch: AuthorizationEpoch;
  readonly rememberedTokens: Pick<RememberedTokens, "keyOf" | "recall" | "remember">;
  readonly imageFacts: Pick<ImageFactsFinder, "find">;
  readonly signingKeys: Pick<SigningKeys, "current">;
  readonly registry: Pick<
    Config["registry"],
    "service" | "issuer" | "tokenTtlSeconds" | "pushTokenTtlSeconds" | "refreshTokens"
  >;
}

/**
 * Issues a registry token for the allowed part of the request; fewer actions than requested, or none, are no error.
 *
 * @throws ValidationError when the service is not ours, or a scope breaks the grammar
 * @throws UnauthenticatedError, InvalidTokenError when invalid credentials are given: never silently anonymous
 * @throws TooManyFailuresError when too many wrong credentials came from the same address
 * @see docs/spec/registry-auth.md
 */
export async function issueRegistryToken(
  services: IssuingServices,
  request: RegistryTokenRequest,
): Promise<IssuedRegistryToken> {
  const { registry } = services;
  // 1. The service must be ours; it is never reflected into the token.
  requireService(request.service, registry.service);
  // 2. Parse the requested scopes.
  const parsed = parseScopes(request.scopes);
  if (!parsed.ok) throw new ValidationError([{ field: "scope", message: parsed.problem }]);
  // 3. What was answered a moment ago is answered again, if nothing that it depends on has changed since.
  const question = await repeatableQuestion(services, request);
  const again = question && recall(services, question, request);
  if (again !== undefined) return again;
  // 4. Authenticate the caller.
  const principal = await authenticate(services, request);
  // 5. Find the requested projects, in one query.
  const repositories = await findRepositories(services, principal, parsed.scopes);
  // 6. Grant what is allowed.
  const access = parsed.scopes.flatMap((scope) => grantAccess(principal, scope, repositories));
  const accessToken =
    principal.kind === "anonymous" ? undefined : accessTokenPart(principal, scopesUsed(access, repositories));
  noteUse(services, accessToken, request);
  // 7. Create the refresh token, the only write here.
  const refreshToken = await refreshTokenFor(services, principal, request);
  // 8. The registry token.
  const lifetimeSeconds = access.some(({ actions }) => actions.includes("push"))
    ? registry.pushTokenTtlSeconds
    : registry.tokenTtlSeconds;
  const issuedAt = services.clock.now();
  const signedBy = services.signingKeys.current();
  const jti = services.ids.uuid();
  const token = signRegistryToken({
    key: signedBy,
    issuer: registry.issuer,
    audience: registry.service,
    subject: principal.kind === "anonymous" ? "" : principal.username,
    access,
    issuedAt,
    lifetimeSeconds,
    tokenId: jti,
  });
  const issued = { token, jti, to: bearerOf(principal), access, lifetimeSeconds, issuedAt, refreshToken };
  // 9. Remember it for whoever asks the same. All that was read for it was read after the epoch.
  if (question !== undefined) {
    services.rememberedTokens.remember(question.key, { issued, epoch: question.epoch, signedBy, accessToken });
  }
  return issued;
}

function accessTokenPart(
  { tokenId, expiresAt, retiresAt, ipAllowList }: SignedInPrincipal,
  used: readonly TokenScope[],
): AccessTokenPart {
  return { tokenId, expiresAt, retiresAt, ipAllowList, scopesUsed: used };
}

/** Notes which scopes of an access token were needed. Anonymous has none, and a password is none. */
function noteUse({ lastUse }: IssuingServices, accessToken: AccessTokenPart | undefined, sender: Sender): void {
  if (accessToken?.tokenId != null) lastUse.used(accessToken.tokenId, accessToken.scopesUsed, sender);
}

/** What is kept of a principal: no more than who they are. */
function bearerOf(principal: Principal): Bearer | undefined {
  if (principal.kind === "anonymous") return undefined;
  const { kind, userId, username, tokenId } = principal;
  return { kind, userId, username, tokenId };
}

/** What memory knows a request by, and the epoch that its answer must hold under. */
interface RepeatableQuestion {
  readonly key: string;
  readonly epoch: string;
}

/** Undefined, without a query, for a request that is never answered from memory. */
async function repeatableQuestion(
  { rememberedTokens, authorizationEpoch }: IssuingServices,
  request: RegistryTokenRequest,
): Promise<RepeatableQuestion | undefined> {
  const key = rememberedTokens.keyOf(request);
  return key === undefined ? undefined : { key, epoch: await authorizationEpoch.confirm() };
}

/** A token that was issued a moment ago, if it may be given again; its use counts as the first did. */
function recall(
  services: IssuingServices,
  { key, epoch }: RepeatableQuestion,
  sender: Sender,
): IssuedRegistryToken | undefined {
  const { address } = sender;
  const signedBy = services.signingKeys.current();
  const found = services.rememberedTokens.recall(key, { epoch, address, signedBy });
  noteUse(services, found?.accessToken, sender);
  return found?.issued;
}

const SHOWN_CHARACTERS = 100;

function requireService(service: string | undefined, ours: string): void {
  if (service === ours) return;
  const message =
    service === undefined
      ? "is missing"
      : `is invalid: ${JSON.stringify(service.slice(0, SHOWN_CHARACTERS))} is not the service of this token endpoint; ` +
        "the registry's auth.token.service and Keyside's REGISTRY_SERVICE must be the same";
  throw new ValidationError([{ field: "service", message }]);
}

async function authenticate(
  services: IssuingServices,
  request: RegistryTokenRequest,
): Promise<Principal | PasswordPrincipal> {
  const { credentials, address } = request;
  switch (credentials?.kind) {
    case undefined:
      return ANONYMOUS;
    case "password":
      return await authenticateBasic(services, credentials, request);
    case "refresh_token": {
      const { service } = services.registry;
      return await authenticateRefreshToken(services, { secret: credentials.secret, service, address });
    }
  }
}

async function refreshTokenFor(
  services: IssuingServices,
  principal: Principal | PasswordPrincipal,
  { offline, clientId }: RegistryTokenRequest,
): Promise<string | undefined> {
  const { service, refreshTokens } = services.registry;
  if (!offline || !refreshTokens || !("passwordFingerprint" in principal)) return undefined;
  return await createRefreshToken(services, { principal, service, clientId });
}
