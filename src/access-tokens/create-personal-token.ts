/** Creates a personal access token of a human. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { recordEvent } from "../events/record-event.ts";
import type { Actor } from "../principals/principal.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { AccessToken } from "./access-token.entity.ts";
import type { TokenServices } from "./create-project-token.ts";
import { decideExpiry } from "./expiry.ts";
import { digestSecret, lastFour, makeSecret } from "./secret.ts";

/** What a personal access token is made from. */
export interface CreatePersonalTokenInput {
  readonly by: Actor;
  readonly userId: number;
  readonly name: string;
  readonly description: string | null;
  readonly scopes: readonly TokenScope[];
  /** `YYYY-MM-DD`, or null for the instance's default. */
  readonly expiresAt: string | null;
}

/**
 * Creates a personal access token inside the caller's transaction; who may, the caller has decided.
 *
 * @throws ValidationError when the expiry date is out of bounds
 */
export async function createPersonalToken(
  em: SqlEntityManager,
  { clock, ids, tokenSettings }: Pick<TokenServices, "clock" | "ids" | "tokenSettings">,
  input: CreatePersonalTokenInput,
): Promise<{ token: AccessToken; secret: string }> {
  const now = clock.now();
  const secret = makeSecret(tokenSettings.prefix, ids);
  const token = em.create(AccessToken, {
    createdAt: now,
    user: input.userId,
    name: input.name,
    description: input.description,
    scopes: [...input.scopes],
    digest: digestSecret(secret),
    lastFour: lastFour(secret),
    expiresAt: decideExpiry(input.expiresAt, now, tokenSettings.maxLifetimeDays),
    createdBy: input.by.userId,
    family: ids.uuid(),
  });
  await em.flush();
  const target = { type: "AccessToken", id: token.id, title: token.name } as const;
  await recordEvent(em, { by: input.by, action: "created", target, at: now });
  return { token, secret };
}
