/** Records what was done, in the transaction that does it: there is no deed without its record, nor the reverse. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Actor } from "../principals/principal.ts";
import { Event, type EventAction, type TargetType } from "./event.entity.ts";

/** Something that was done. */
export interface Deed {
  readonly by: Actor;
  readonly action: EventAction;
  readonly target: { readonly type: TargetType; readonly id: number | null; readonly title: string };
  /** The project that it happened in, if it did in one. */
  readonly projectId?: number | null;
  readonly at: Date;
}

/** Writes the record of a deed, inside the caller's transaction. */
export async function recordEvent(em: SqlEntityManager, deed: Deed): Promise<void> {
  await em.insert(Event, {
    createdAt: deed.at,
    author: deed.by.userId,
    action: deed.action,
    targetType: deed.target.type,
    targetId: deed.target.id,
    targetTitle: deed.target.title,
    projectId: deed.projectId ?? null,
    tokenId: deed.by.tokenId,
  });
}
