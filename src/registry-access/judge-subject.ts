/** Judges the credential of whoever an explanation is about, without the credential: each question is kept, with its sentence. */
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { withLimits } from "../authentication/authenticate-access-token.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import { findTokenById } from "../authentication/find-access-tokens.ts";
import { judgeAccessToken, type TokenStep } from "../authentication/judge-access-token.ts";
import { judgeHuman } from "../authentication/judge-human.ts";
import { ConflictError, InvalidTokenError, NotFoundError, RuleRefusedError, UnauthenticatedError } from "../errors.ts";
import { findVisibleUser } from "../members/find-visible-user.ts";
import type { Principal, SignedInPrincipal } from "../principals/principal.ts";
import type { Project } from "../projects/project.entity.ts";
import { type ExplainedToken, humanSentence, tokenSentence } from "./explain-credential.ts";
import type { ExplainedStep } from "./explanation.ts";

/** The services that judging needs. */
export type JudgingServices = Pick<AuthenticationServices, "database" | "clock" | "repositoryRules" | "allowLists">;

/** A credential that was judged: whom it stands for, undefined where it is refused, and what was asked. */
export interface JudgedSubject {
  readonly principal: Principal | undefined;
  readonly steps: readonly ExplainedStep[];
}

/**
 * Judges a token of a project, live or dead.
 *
 * @param address where it would be sent from; undefined: that is not asked
 * @throws NotFoundError when the project has no such token
 * @throws ConflictError when it was changed meanwhile
 */
export async function judgeToken(
  services: JudgingServices,
  project: Project,
  tokenId: number,
  address: string | undefined,
): Promise<JudgedSubject> {
  const em = services.database.em();
  const stored = await em.findOne(AccessToken, { id: tokenId, project: project.id });
  const row = stored === null ? undefined : await findTokenById(services.database, tokenId);
  if (stored === null || row === undefined) throw new NotFoundError("Project Access Token");
  const { family } = stored;
  const current = await em.findOne(AccessToken, { family, revokedAt: null, retiresAt: null, id: { $ne: tokenId } });
  const { name, revokedAt = null } = stored;
  const token: ExplainedToken = { row, name, revokedAt, current: current?.id, address };
  const known = await withLimits(services, row);
  if (known === undefined) throw new ConflictError("the token was changed meanwhile: ask again");
  const steps: ExplainedStep[] = [];
  const record = (step: TokenStep, passed: boolean) => {
    const isAsked = step !== "address" || address !== undefined || row.ip_allow_list === null;
    const answer = isAsked ? passed : null;
    steps.push({ step, passed: answer, message: tokenSentence(step, answer, token) });
  };
  // Where no address is said, it is judged as a token that is accepted from everywhere.
  const judged = address === undefined ? { ...known, ipAllowList: undefined } : known;
  try {
    const sentNow = { now: services.clock.now(), address: address ?? "" };
    return { principal: judgeAccessToken(judged, sentNow, record), steps };
  } catch (error) {
    if (error instanceof InvalidTokenError || error instanceof UnauthenticatedError)
      return { principal: undefined, steps };
    throw error;
  }
}

/**
 * Judges a human, as with their password.
 *
 * @throws NotFoundError when there is none, or they are hidden from the caller
 * @throws RuleRefusedError when the user is no human
 */
export async function judgeUser(
  { database }: Pick<JudgingServices, "database">,
  caller: SignedInPrincipal,
  userId: number,
): Promise<JudgedSubject> {
  const user = await findVisibleUser(database.em(), caller, { id: userId });
  if (user.userType === "project_bot")
    throw new RuleRefusedError("a bot has no password: have its project access token explained, by token_id");
  if (user.userType === "ghost") throw new RuleRefusedError("the Ghost User never signs in");
  const { username, state, admin } = user;
  const principal = judgeHuman({ userId, username, state, admin });
  const passed = principal !== undefined;
  return { principal, steps: [{ step: "user", passed, message: humanSentence(passed, username) }] };
}
