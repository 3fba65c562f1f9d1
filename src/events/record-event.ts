/** Records events in the transaction that makes the change, so that neither is stored without the other. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Actor } from "../principals/principal.ts";
import { Event, type EventAction, type TargetType } from "./event.entity.ts";

/** The values of an event to be recorded. */
export interface NewEvent {
  readonly by: Actor;
  readonly action: EventAction;
  readonly target: { readonly type: TargetType; readonly id: number | null; readonly title: string };
  /** The project that it happened in, if any. */
  readonly projectId?: number | null;
  readonly at: Date;
}

/** Writes the record of an event, inside the caller's transaction. */
export async function recordEvent(em: SqlEntityManager, event: NewEvent): Promise<void> {
  await em.insert(Event, {
    createdAt: event.at,
    author: event.by.userId,
    action: event.action,
    targetType: event.target.type,
    targetId: event.target.id,
    targetTitle: event.target.title,
    projectId: event.projectId ?? null,
    tokenId: event.by.tokenId,
  });
}
