/** The notifications that a registry sends, and which of their events are worth keeping. */
import { z } from "zod";
import { DAY_MS } from "../clock.ts";
import { OWN_NAME } from "../principals/principal.ts";

/** The actions that are kept. */
const ACTIONS = ["push", "pull", "mount", "delete"] as const;

/** PostgreSQL stores neither NUL nor half a surrogate pair, and none of these texts has several lines. */
const word = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "text without control characters and lone surrogates");
const named = word(255).min(1);

/** How far a registry's clock may be ahead of this one; an event of a later time would stay the newest one for years. */
const TOLERATED_SKEW_MS = DAY_MS;

/** @see distribution `notifications/event.go` */
const eventSchema = z.object({
  id: named,
  timestamp: z.iso.datetime({ offset: true }),
  action: z.enum(ACTIONS),
  target: z.object({
    repository: named,
    mediaType: word(255).optional(),
    digest: word(255).optional(),
    tag: word(255).optional(),
    fromRepository: word(255).optional(),
  }),
  request: z
    .object({
      method: z.string().optional(),
      addr: z.string().optional().catch(undefined),
      useragent: z.string().optional().catch(undefined),
    })
    .optional(),
  actor: z.object({ name: word(255).optional() }).optional(),
});

const envelopeSchema = z.object({ events: z.array(z.unknown()) });

/** Something that happened in a registry. */
export interface RegistryEvent {
  readonly id: string;
  /** Never later than the notification came, even if the registry's clock is ahead. */
  readonly happenedAt: Date;
  readonly action: (typeof ACTIONS)[number];
  readonly repository: string;
  readonly fromRepository: string | null;
  readonly digest: string | null;
  readonly tag: string | null;
  readonly mediaType: string | null;
  /** The `sub` of the registry token that was used; empty for anonymous. */
  readonly actor: string;
  /** The client's address and what it calls itself, in the registry's words. */
  readonly address?: string | undefined;
  readonly client?: string | undefined;
}

/** The media type that layers and configurations are reported with. */
const BLOB = "application/octet-stream";

/**
 * Reads a notification that came at `now`, leniently: events that cannot be read, that are dated before 1970 or more than
 * a day ahead, or that are not worth keeping are left out. Undefined when the body is not a notification at all. Never
 * throws.
 *
 * @see docs/spec/registry-auth.md "Notifications from the registry"
 */
export function readNotification(body: string, now: Date): RegistryEvent[] | undefined {
  const envelope = envelopeSchema.safeParse(parseJson(body));
  if (!envelope.success) return undefined;
  return envelope.data.events.flatMap((candidate) => {
    const event = eventSchema.safeParse(candidate);
    if (!event.success || !isWorthKeeping(event.data) || !isPlausible(event.data.timestamp, now)) return [];
    return [toRegistryEvent(event.data, now)];
  });
}

function isPlausible(timestamp: string, now: Date): boolean {
  const time = Date.parse(timestamp);
  return time >= 0 && time <= now.getTime() + TOLERATED_SKEW_MS;
}

/**
 * Events about images are kept, not those about their layers: the manifest's push or pull covers them. A mount is
 * always of a layer, and a deletion does not say what it deletes. A HEAD request for a manifest is not a pull, and neither is
 * that Keyside looks at an image for a page.
 *
 * @see docs/spec/registry-auth.md "Notifications from the registry"
 */
function isWorthKeeping({ action, target, request, actor }: z.output<typeof eventSchema>): boolean {
  if (actor?.name === OWN_NAME) return false;
  switch (action) {
    case "push":
      return target.mediaType !== BLOB;
    case "pull":
      return target.mediaType !== BLOB && request?.method === "GET";
    case "mount":
    case "delete":
      return true;
  }
}

function toRegistryEvent(
  { id, timestamp, action, target, actor, request }: z.output<typeof eventSchema>,
  now: Date,
): RegistryEvent {
  return {
    id,
    happenedAt: new Date(Math.min(Date.parse(timestamp), now.getTime())),
    action,
    repository: target.repository,
    fromRepository: target.fromRepository || null,
    digest: target.digest || null,
    tag: target.tag || null,
    mediaType: target.mediaType || null,
    actor: actor?.name ?? "",
    address: request?.addr,
    client: request?.useragent,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
