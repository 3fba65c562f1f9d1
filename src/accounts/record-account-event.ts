/** Records what was done to an account. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import type { Actor } from "../principals/principal.ts";
import type { User } from "../users/user.entity.ts";

/** Writes the event, inside the caller's transaction. */
export async function recordAccountEvent(
  em: SqlEntityManager,
  { by, action, user, at }: { by: Actor; action: EventAction; user: User; at: Date },
): Promise<void> {
  await recordEvent(em, { by, action, target: { type: "User", id: user.id, title: user.username }, at });
}
