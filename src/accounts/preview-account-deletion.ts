/** Says what it means to delete the account of a human, before anybody does. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ConflictError, RuleRefusedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { countRecords } from "../users/count-records.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import type { User } from "../users/user.entity.ts";
import { findHumanAccount } from "./find-account.ts";
import { requireDeletable } from "./require-deletable.ts";

/** What deleting an account means. */
export interface AccountDeletionPreview {
  readonly user: User;
  /** Why it cannot be, in words that begin a sentence in lower case; undefined where it can. */
  readonly obstacle: string | undefined;
  /** The access tokens that are revoked. */
  readonly tokens: number;
  /** The projects and groups that lose a member; the personal namespace, which goes, is none of them. */
  readonly memberships: number;
  /** How many records pass to the Ghost User; undefined: 10,000 or more. */
  readonly records: number | undefined;
}

const COUNT = `
  select
    (select count(*)::int from access_tokens where user_id = ? and project_id is null and revoked_at is null) as tokens,
    (select count(*)::int from members m left join namespaces n on n.id = m.namespace_id
      where m.user_id = ? and n.kind is distinct from 'user') as memberships`;

/**
 * Says what `deleteAccount` would do.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost
 */
export function previewAccountDeletion(
  { database }: UseCaseServices,
  { caller, userId }: { caller: SignedInPrincipal; userId: number },
): Promise<AccountDeletionPreview> {
  // The same checks under the same locks, so that the answer is what would be done at this moment.
  return database.transaction(async (em) => {
    await lockDepartures(em);
    const user = await findHumanAccount(em, caller, userId, "deleted");
    const obstacle = await obstacleTo(em, caller, user);
    const [counted] = await em.execute<{ tokens: number; memberships: number }[]>(COUNT, [user.id, user.id]);
    return {
      user,
      obstacle,
      ...(counted ?? { tokens: 0, memberships: 0 }),
      records: await countRecords(em, [user.id]),
    };
  });
}

async function obstacleTo(em: SqlEntityManager, caller: SignedInPrincipal, user: User): Promise<string | undefined> {
  try {
    await requireDeletable(em, caller, user);
    return undefined;
  } catch (error) {
    if (error instanceof RuleRefusedError || error instanceof ConflictError) return error.message;
    throw error;
  }
}
