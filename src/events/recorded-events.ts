/** Who is told of events once they are stored for good. */
import type { Actor } from "../principals/principal.ts";
import type { EventAction, TargetType } from "./event.entity.ts";
import type { PushData } from "./push-data.ts";

/** The values of an event that is about a target. */
export interface NewTargetEvent {
  readonly by: Actor;
  readonly action: EventAction;
  readonly target: { readonly type: TargetType; readonly id: number | null; readonly title: string };
  /** The project that it happened in, if any. */
  readonly projectId?: number | null;
  readonly at: Date;
  /** The address that it came from, where the event itself has it; empty for a client without one. */
  readonly address?: string;
}

/** The values of an event of a push by Git. */
interface NewPushEvent {
  readonly by: Actor;
  readonly push: PushData;
  /** The project whose repository it was pushed to. */
  readonly projectId: number;
  readonly at: Date;
}

/** The values of an event. */
export type NewEvent = NewTargetEvent | NewPushEvent;

type Listener = (event: NewTargetEvent) => void;

const listeners = new WeakMap<WeakKey, Listener>();

/**
 * Has `listener` told of each event of a database that this process stores, in the order of the commits; but of no push, of
 * an image or by Git.
 */
export function listenToRecordedEvents(database: WeakKey, listener: Listener): void {
  listeners.set(database, listener);
}

/** Tells of events that were committed. */
export function tellRecordedEvents(database: WeakKey, events: readonly NewEvent[]): void {
  const listener = listeners.get(database);
  if (listener === undefined) return;
  for (const event of events) if (!("push" in event)) listener(event);
}
