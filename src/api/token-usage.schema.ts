/** The use of an access token, as the API writes it. Not GitLab's. */
import { z } from "zod";
import type { TokenUsage } from "../access-tokens/find-token-usage.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import type { Period } from "../projects/period.ts";

const counts = { pulls: z.int(), pushes: z.int() };

/** The use of a token. What its bot pulled and pushed is null where the bot is no more: that is the Ghost User's then. */
export const tokenUsageResult = z.object({
  token_id: z.int(),
  last_used_at: z.iso.datetime().nullable(),
  last_used_ips: z.array(z.string()),
  last_used_client: z.string().nullable(),
  scopes: z.array(z.object({ scope: z.enum(TOKEN_SCOPES), last_used_at: z.iso.datetime().nullable() })),
  /** The period of what follows, both days included. */
  from: z.iso.date(),
  to: z.iso.date(),
  repositories: z.array(z.object({ repository: z.string(), ...counts, last_day: z.iso.date() })).nullable(),
  repositories_total: z.int().nullable(),
  days: z.array(z.object({ day: z.iso.date(), ...counts })).nullable(),
});

/** The use of a token, as JSON. */
export function renderTokenUsage(
  { token, scopes, activity }: TokenUsage,
  { from, to }: Period,
): z.input<typeof tokenUsageResult> {
  return {
    token_id: token.id,
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    last_used_ips: token.lastUsedIps ?? [],
    last_used_client: token.lastUsedClient ?? null,
    scopes: scopes.map(({ scope, lastUsedAt }) => ({ scope, last_used_at: lastUsedAt?.toISOString() ?? null })),
    from,
    to,
    repositories:
      activity?.repositories.map(({ repository, pulls, pushes, lastDay }) => ({
        repository,
        pulls,
        pushes,
        last_day: lastDay,
      })) ?? null,
    repositories_total: activity?.repositoryCount ?? null,
    days: activity?.days.map(({ day, pulls, pushes }) => ({ day, pulls, pushes })) ?? null,
  };
}
