/** Changes, blocks, unblocks and deletes the accounts of humans. Of bots and the ghost none of it can be done. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ConflictError, NotFoundError, RuleRefusedError } from "../errors.ts";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { deleteUser } from "../users/delete-user.ts";
import { requireHuman } from "../users/immutable-user.ts";
import { User, type UserState } from "../users/user.entity.ts";
import { flushAccount } from "./create-account.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import type { ProjectServices } from "../projects/project-services.ts";
import { removeNamespace, requireEmptyNamespace } from "../namespaces/remove-namespace.ts";

/** What of an account is changed; the password is already digested. */
export interface AccountChanges {
  readonly username?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly passwordDigest?: string | undefined;
}

/**
 * Changes an account.
 *
 * @throws ForbiddenError when the caller is no administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, for a new username, or when administrators demote themselves
 * @throws ConflictError when the e-mail address is taken
 */
export function updateAccount(
  { database, clock }: ProjectServices,
  { caller, userId, changes }: { caller: SignedInPrincipal; userId: number; changes: AccountChanges },
): Promise<User> {
  return database.transaction(async (em) => {
    const user = await findHuman(em, caller, userId, "edited");
    if (changes.username !== undefined && changes.username !== user.username) {
      throw new RuleRefusedError("a username cannot be changed: the names of the user's images begin with it");
    }
    if (changes.admin === false) requireOther(caller, user, "take the rights of an administrator from yourself");
    user.name = changes.name ?? user.name;
    user.email = changes.email ?? user.email;
    user.admin = changes.admin ?? user.admin;
    user.passwordDigest = changes.passwordDigest ?? user.passwordDigest;
    await flushAccount(em);
    const personal = await em.findOne(Namespace, { kind: "user", route: { path: user.username } });
    if (personal !== null) personal.name = user.name;
    await em.flush();
    await record(em, caller, "updated", user, clock.now());
    return user;
  });
}

/**
 * Blocks a human, whose credentials then open nothing any more, or unblocks one.
 *
 * @throws ForbiddenError when the caller is no administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, or when administrators block themselves
 */
export function setAccountState(
  { database, clock }: ProjectServices,
  { caller, userId, state }: { caller: SignedInPrincipal; userId: number; state: UserState },
): Promise<User> {
  const verb = state === "blocked" ? "blocked" : "unblocked";
  return database.transaction(async (em) => {
    const user = await findHuman(em, caller, userId, verb);
    requireOther(caller, user, "block yourself");
    user.state = state;
    await em.flush();
    await record(em, caller, verb, user, clock.now());
    return user;
  });
}

/**
 * Deletes a human: their tokens die, their memberships and their personal namespace go, all else passes to the ghost.
 *
 * @throws ForbiddenError when the caller is no administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, or when administrators delete themselves
 * @throws ConflictError while their namespace holds projects, or a group has no other Owner
 * @see docs/adr/0009-what-holds-projects-stays.md
 */
export function deleteAccount(
  services: ProjectServices,
  { caller, userId }: { caller: SignedInPrincipal; userId: number },
): Promise<void> {
  return services.database.transaction(async (em) => {
    const user = await findHuman(em, caller, userId, "deleted");
    requireOther(caller, user, "delete yourself");
    const personal = await em.findOne(
      Namespace,
      { kind: "user", route: { path: user.username } },
      { populate: ["route"] },
    );
    if (personal !== null) await requireEmptyNamespace(em, personal, "the user's personal namespace");
    await requireOtherOwners(em, user);
    const at = services.clock.now();
    await deleteUser(em, services, user.id, { by: caller, at });
    if (personal !== null) await removeNamespace(em, personal);
    await record(em, caller, "destroyed", user, at);
  });
}

async function findHuman(em: SqlEntityManager, caller: SignedInPrincipal, userId: number, what: string): Promise<User> {
  requireAdministrator(caller);
  const user = await em.findOne(User, { id: userId });
  if (user === null) throw new NotFoundError("User");
  requireHuman(user, what);
  return user;
}

/** An instance keeps an administrator: nobody does this to themselves. */
function requireOther(caller: SignedInPrincipal, user: User, what: string): void {
  if (caller.userId === user.id) throw new RuleRefusedError(`you cannot ${what}: another administrator can`);
}

async function requireOtherOwners(em: SqlEntityManager, user: User): Promise<void> {
  const [alone] = await em.execute<{ path: string }[]>(
    `select r.path from members m
     join namespaces n on n.id = m.namespace_id and n.kind = 'group' and n.parent_id is null
     join routes r on r.id = n.route_id
     where m.user_id = ? and m.access_level = 50 and not exists (
       select 1 from members o where o.namespace_id = n.id and o.access_level = 50 and o.user_id <> m.user_id
     )
     order by r.path limit 1`,
    [user.id],
  );
  if (alone === undefined) return;
  throw new ConflictError(
    `the user is the only Owner of the group ${alone.path}: make another user its Owner, or delete it, first`,
  );
}

async function record(em: SqlEntityManager, by: SignedInPrincipal, action: EventAction, user: User, at: Date) {
  await recordEvent(em, { by, action, target: { type: "User", id: user.id, title: user.username }, at });
}
