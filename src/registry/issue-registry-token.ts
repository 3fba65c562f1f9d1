/**
 * Issues registry tokens: a numbered pipeline, so that no way in can forget a step. One small query, for the authorization
 * epoch, is all that it takes for what was answered a moment ago. Else two more at the most: the credential with its user,
 * membership and project; then the projects it asks for, if they are others. All who are at the same step at the same time
 * share a query. A further one only to store a refresh token where one is asked for.
 */
import { authenticateBasic } from "../authentication/authenticate-basic.ts";
import { authenticateRefreshToken } from "../authentication/authenticate-refresh-token.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { Config } from "../config.ts";
import type { AuthorizationEpoch } from "../database/authorization-epoch.ts";
import { ValidationError } from "../errors.ts";
import type { IdSource } from "../ids.ts";
import { ANONYMOUS, type PasswordPrincipal, type Principal } from "../principals/principal.ts";
import type { ImageFacts, ImageFactsFinder } from "../projects/find-image-facts.ts";
import { createRefreshToken } from "../refresh-tokens/create-refresh-token.ts";
import { type RegistryAccess, signRegistryToken } from "../signing/registry-jwt.ts";
import type { SigningKeys } from "../signing/signing-keys.ts";
import { allowedActions, allowsCatalog, grantedActions } from "./policy.ts";
import type { Bearer, IssuedRegistryToken, RegistryTokenRequest } from "./registry-token.ts";
import type { RememberedTokens } from "./remembered-tokens.ts";
import { ANY_ACTION, parseScopes, type RequestedScope } from "./requested-scope.ts";

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
  const again = question && recall(services, question);
  if (again !== undefined) return again;
  // 4. Authenticate the caller.
  const principal = await authenticate(services, request);
  // 5. Find the requested projects, in one query.
  const repositories = await gatherFacts(services, principal, parsed.scopes);
  // 6. Grant what is allowed.
  const access = parsed.scopes.flatMap((scope) => grant(principal, scope, repositories));
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
    const accessToken =
      principal.kind === "anonymous" ? undefined : { tokenId: principal.tokenId, expiresAt: principal.expiresAt };
    services.rememberedTokens.remember(question.key, { issued, epoch: question.epoch, signedBy, accessToken });
  }
  return issued;
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

/** A token that was issued a moment ago, if it may be given again; the use of the access token behind it is noted. */
function recall(
  { rememberedTokens, signingKeys, lastUse }: IssuingServices,
  { key, epoch }: RepeatableQuestion,
): IssuedRegistryToken | undefined {
  const found = rememberedTokens.recall(key, { epoch, signedBy: signingKeys.current() });
  if (found?.accessToken?.tokenId != null) lastUse.used(found.accessToken.tokenId);
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
  { credentials, address, signal }: RegistryTokenRequest,
): Promise<Principal | PasswordPrincipal> {
  switch (credentials?.kind) {
    case undefined:
      return ANONYMOUS;
    case "password":
      return await authenticateBasic(services, credentials, { address, signal });
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

/** The facts of a bot's own project are known already; only other projects are looked up, and there it is a stranger. */
async function gatherFacts(
  { imageFacts }: IssuingServices,
  principal: Principal,
  scopes: readonly RequestedScope[],
): Promise<ReadonlyMap<string, ImageFacts>> {
  const names = scopes.flatMap(({ type, name }) => (type === "repository" ? [name] : []));
  if (principal.kind !== "bot") {
    return await imageFacts.find(names, principal.kind === "user" ? principal.userId : undefined);
  }
  const { accessLevel, ...project } = principal.project;
  const isOwn = (name: string) => name === project.path || name.startsWith(`${project.path}/`);
  const own = names.filter(isOwn).map((name) => [name, { project, accessLevel }] as const);
  if (own.length === names.length) return new Map(own);
  const elsewhere = await imageFacts.find(
    names.filter((name) => !isOwn(name)),
    undefined,
  );
  return new Map([...elsewhere, ...own]);
}

/** One entry of the `access` claim, or none when nothing is granted. */
function grant(
  principal: Principal,
  scope: RequestedScope,
  repositories: ReadonlyMap<string, ImageFacts>,
): RegistryAccess[] {
  switch (scope.type) {
    case "registry":
      return scope.actions.has(ANY_ACTION) && allowsCatalog(principal)
        ? [{ type: "registry", name: scope.name, actions: [ANY_ACTION] }]
        : [];
    case "repository": {
      const actions = grantedActions(scope, allowedActions(principal, repositories.get(scope.name)));
      return actions.length === 0 ? [] : [{ type: "repository", name: scope.name, actions }];
    }
  }
}
