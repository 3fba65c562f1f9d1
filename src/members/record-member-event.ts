/** Records what was done to a member; for a project's member, as an event of the project. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { User } from "../users/user.entity.ts";
import type { PlaceId } from "./member-place.ts";

/** Writes the event, inside the caller's transaction. */
export async function recordMemberEvent(
  em: SqlEntityManager,
  {
    by,
    action,
    placeId,
    user,
    at,
  }: { by: SignedInPrincipal; action: EventAction; placeId: PlaceId; user: User; at: Date },
): Promise<void> {
  const target = { type: "Member", id: user.id, title: user.username } as const;
  await recordEvent(em, { by, action, target, projectId: "project" in placeId ? placeId.project : null, at });
}
