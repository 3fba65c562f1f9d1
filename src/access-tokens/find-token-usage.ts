/** What is known of the use of a project access token: from where, by what and for which scopes it was used, and how much. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { countOf } from "../projects/list-registry-activity.ts";
import type { Period } from "../projects/period.ts";
import { AccessToken } from "./access-token.entity.ts";
import { findProjectOfToken, type ProjectTokenInput } from "./find-token-project.ts";

/** How many of the repositories that were used are named. */
const NAMED_REPOSITORIES = 100;

/** How often something was pulled and pushed. */
interface Counts {
  readonly pulls: number;
  readonly pushes: number;
}

/** What registries reported of a bot in its project. Days are `YYYY-MM-DD` in UTC; those without anything are left out. */
interface BotActivity {
  /** The most used first: the first 100. */
  readonly repositories: readonly (Counts & { readonly repository: string; readonly lastDay: string })[];
  readonly repositoryCount: number;
  /** The latest first. */
  readonly days: readonly (Counts & { readonly day: string })[];
}

/** The use of a token. What is counted is that of its bot, so of a project access token alone. */
export interface TokenUsage {
  readonly token: AccessToken;
  /** Each scope of the token; null where it was never needed. */
  readonly scopes: readonly { readonly scope: TokenScope; readonly lastUsedAt: Date | null }[];
  /** Of the token's bot, with whatever token of its family; undefined where the bot is no more. */
  readonly activity: BotActivity | undefined;
}

const COUNTS = `${countOf("pull")} as pulls, ${countOf("push")} as pushes`;

const OF_BOT = `
  from registry_event_counts
  where user_id = ? and project_id = ? and day between ?::date and ?::date and action in ('pull', 'push')`;

const REPOSITORIES = `
  select repository, ${COUNTS}, max(day)::text as last_day, (count(*) over ())::int as total ${OF_BOT}
  group by repository order by sum(count) desc, repository limit ${NAMED_REPOSITORIES}`;

const DAYS = `select day::text as day, ${COUNTS} ${OF_BOT} group by day order by day desc`;

/**
 * Finds the use of a project's access token, live or dead: what of it is counted by day, in a period.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is neither Maintainer nor presents the token itself
 * @see docs/spec/access-tokens.md "Last use"
 */
export async function findTokenUsage(
  em: SqlEntityManager,
  { caller, project: projectId, tokenId, period }: ProjectTokenInput & { readonly period: Period },
): Promise<TokenUsage> {
  const { project } = await findProjectOfToken(em, { caller, project: projectId, tokenId });
  const token = await em.findOne(AccessToken, { id: tokenId, project: project.id }, { populate: ["user"] });
  if (token === null) throw new NotFoundError("Project Access Token");
  return { token, ...(await findUsageOf(em, token, period)) };
}

/** The use of a token, whose user is loaded; what registries report is known of a bot alone. */
export async function findUsageOf(
  em: SqlEntityManager,
  token: AccessToken,
  period: Period,
): Promise<Pick<TokenUsage, "scopes" | "activity">> {
  const used = await em.execute<{ scope: TokenScope; last_used_at: string }[]>(
    "select scope, last_used_at from access_token_scope_uses where access_token_id = ?",
    [token.id],
  );
  const lastUses = new Map(used.map(({ scope, last_used_at }) => [scope, new Date(last_used_at)]));
  const { project } = token;
  // What a deleted bot did is the ghost's, as what all others did that are deleted.
  const isBot = project != null && token.user.unwrap().userType === "project_bot";
  return {
    scopes: token.scopes.map((scope) => ({ scope, lastUsedAt: lastUses.get(scope) ?? null })),
    activity: isBot ? await activityOf(em, token.user.id, project.id, period) : undefined,
  };
}

async function activityOf(
  em: SqlEntityManager,
  botId: number,
  projectId: number,
  { from, to }: Period,
): Promise<BotActivity> {
  const values = [botId, projectId, from, to];
  const repositories = await em.execute<(Counts & { repository: string; last_day: string; total: number })[]>(
    REPOSITORIES,
    values,
  );
  return {
    repositories: repositories.map(({ repository, pulls, pushes, last_day }) => ({
      repository,
      pulls,
      pushes,
      lastDay: last_day,
    })),
    repositoryCount: repositories[0]?.total ?? 0,
    days: await em.execute(DAYS, values),
  };
}
