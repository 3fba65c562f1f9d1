/** Changes the display name of the human who asks for it. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ForbiddenError } from "../errors.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { User } from "../users/user.entity.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/**
 * Sets the caller's display name, and that of their namespace.
 *
 * @throws ForbiddenError when the caller is a bot: its name is its token's
 */
export function setOwnName(
  { database, clock }: UseCaseServices,
  { caller, name }: { caller: SignedInPrincipal; name: string },
): Promise<void> {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has the name of its token");
  return database.transaction(async (em) => {
    const user = await em.findOneOrFail(User, { id: caller.userId });
    if (user.name === name) return;
    user.name = name;
    const personal = await em.findOne(Namespace, { kind: "user", fullPath: { path: user.username } });
    if (personal !== null) personal.name = name;
    await em.flush();
    await recordAccountEvent(em, { by: caller, action: "updated", user, at: clock.now() });
  });
}
