/** What the audit log is told, in plain values, and the text of a line. */

import { cleanRepository, cleanText } from "./clean-text.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** Who did something; what is not known is left out. */
export interface AuditActor {
  readonly kind: "anonymous" | "user" | "bot" | undefined;
  readonly userId?: number | undefined;
  readonly username?: string | undefined;
}

/** What happened. @see docs/spec/audit.md "Events" */
export type AuditEvent =
  | "registry_token.issued"
  | "registry_token.refused"
  | "sign_in.succeeded"
  | "sign_in.failed"
  | "rights.changed"
  | "registry.pulled"
  | "registry.pushed"
  | "registry.mounted"
  | "registry.deleted"
  | "audit.lost";

/** One thing to be told; a property that is undefined makes no field. Times in UTC. */
export interface AuditEntry {
  readonly event: AuditEvent;
  readonly actor?: AuditActor | undefined;
  /** The access token that was used. */
  readonly tokenId?: number | null | undefined;
  /** The registry token's. */
  readonly jti?: string;
  /** Scopes, as `repository:team/app:pull,push`. */
  readonly requested?: readonly string[] | undefined;
  readonly granted?: readonly string[] | undefined;
  /** Why it was refused: the code of an error, never text that a client sent. */
  readonly cause?: string;
  /** The cause in words of our own. */
  readonly message?: string | undefined;
  /** What kind of credential it was about. */
  readonly credential?:
    | "password"
    | "access_token"
    | "refresh_token"
    | "sign_in_link"
    | "webhook_secret"
    | "none"
    | undefined;
  /** Where it was presented. */
  readonly door?: "registry" | "api" | "git" | "notifications" | "web";
  /** What was done to what. */
  readonly action?: string;
  readonly target?: { readonly type: string; readonly id: number | null; readonly title: string };
  readonly projectId?: number | null | undefined;
  readonly repository?: string;
  readonly fromRepository?: string | null;
  readonly tag?: string | null;
  readonly digest?: string | null;
  /** When it happened, where that is not when it was told. */
  readonly happenedAt?: Date;
  /** What the client calls itself in a parameter of its request. */
  readonly clientId?: string | null | undefined;
  readonly origin?: RequestOrigin | undefined;
  /** The number of lines that were not written. */
  readonly lines?: number;
  /** The secrets that came with the request, in all forms to be kept out; never written. */
  readonly presented?: readonly string[] | undefined;
}

/** The line of an entry that was told at `now`, as the chain takes it: JSON, `time` first and `event` second. */
export function renderEntry(entry: AuditEntry, now: Date): string {
  const { actor, target, origin, presented } = entry;
  const clean = (text: string | null | undefined) => (text == null ? undefined : cleanText(text, presented));
  const cleanName = (name: string) => cleanRepository(name, presented);
  const cleanNameIfAny = (name: string | null | undefined) => (name == null ? undefined : cleanName(name));
  return JSON.stringify({
    time: now.toISOString(),
    event: entry.event,
    actor: actor && { kind: actor.kind, user_id: actor.userId, username: clean(actor.username) },
    token_id: entry.tokenId ?? undefined,
    jti: entry.jti,
    requested: entry.requested?.map(cleanName),
    granted: entry.granted?.map(cleanName),
    cause: entry.cause,
    message: clean(entry.message),
    credential: entry.credential,
    door: entry.door,
    action: entry.action,
    target: target && { type: target.type, id: target.id ?? undefined, title: clean(target.title) },
    project_id: entry.projectId ?? undefined,
    repository: cleanNameIfAny(entry.repository),
    from_repository: cleanNameIfAny(entry.fromRepository),
    tag: cleanNameIfAny(entry.tag),
    digest: entry.digest ?? undefined,
    happened_at: entry.happenedAt?.toISOString(),
    address: clean(origin?.address) || undefined,
    client: clean(origin?.client) || undefined,
    client_id: clean(entry.clientId),
    request_id: origin?.requestId,
    lines: entry.lines,
  });
}
