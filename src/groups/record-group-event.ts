/** Records what was done to a group. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";

/** Writes the event, inside the caller's transaction. */
export async function recordGroupEvent(
  em: SqlEntityManager,
  { by, action, group, at }: { by: SignedInPrincipal; action: EventAction; group: Namespace; at: Date },
): Promise<void> {
  await recordEvent(em, { by, action, target: { type: "Group", id: group.id, title: group.fullPath.path }, at });
}
