/** Adds a web session to those of a user, inside a transaction. Every use case that signs somebody in to the pages begins it here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { digestSecret } from "../access-tokens/secret.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import { networkOf } from "../http/client-address.ts";
import { presentableClient } from "../http/client-name.ts";
import type { IdSource } from "../ids.ts";
import { lockUser } from "../users/delete-user.ts";
import { passwordFingerprint } from "../users/password.ts";
import { User } from "../users/user.entity.ts";
import { webSessionTitle } from "./browser-name.ts";
import { endWebSessions } from "./end-web-sessions.ts";
import type { Sender } from "./sender.ts";
import { makeWebSecret } from "./web-secret.ts";
import { WebSession, type WebSessionMethod } from "./web-session.entity.ts";

/** Browsers forget their cookies without a word: of a user's sessions, those that were used last are kept. */
export const MAXIMUM_SESSIONS_OF_USER = 50;

/** The services that starting a session needs. */
export interface StartWebSessionServices extends UseCaseServices {
  readonly ids: IdSource;
}

/** How a session begins. */
export interface SessionBeginning {
  readonly method: WebSessionMethod;
  readonly sender: Pick<Sender, "address" | "client">;
  /** The id of a session that the same browser has, whosever it is: it ends. */
  readonly replaces?: number | undefined;
}

/** A session that began. */
export interface StartedWebSession {
  /** For the cookie, and nothing else. */
  readonly secret: string;
  readonly session: { readonly id: number; readonly createdAt: Date };
}

/** An active human whom nothing changes until the transaction ends; null where there is none of this id. */
export async function lockActiveHuman(em: SqlEntityManager, userId: number): Promise<User | null> {
  await lockUser(em, userId);
  return await em.findOne(User, { id: userId, userType: "human", state: "active" });
}

/** Adds a session of a user's who is locked, inside the caller's transaction. */
export async function addWebSession(
  em: SqlEntityManager,
  { clock, ids }: StartWebSessionServices,
  user: User,
  { method, sender: { address, client }, replaces }: SessionBeginning,
): Promise<StartedWebSession> {
  const at = clock.now();
  const by = { kind: "user", userId: user.id, username: user.username, tokenId: null } as const;
  if (replaces !== undefined) await endReplaced(em, replaces, at);
  const sessionIds = await findLeastUsed(em, user.id);
  if (sessionIds.length > 0) await endWebSessions(em, { userIds: [user.id], sessionIds }, { by, at });
  const secret = makeWebSecret(ids);
  const session = em.create(WebSession, {
    createdAt: at,
    user,
    method,
    digest: digestSecret(secret),
    lastSeenAt: at,
    confirmedAt: at,
    network: networkOf(address),
    browser: presentableClient(client) ?? null,
    passwordFingerprint: fingerprintOf(user),
  });
  await em.flush();
  const { id, browser = null, network } = session;
  const target = { type: "Session", id, title: webSessionTitle({ browser, network }) } as const;
  await recordEvent(em, { by, action: "signed_in", target, at, address });
  return { secret, session: { id, createdAt: at } };
}

/** What changes as soon as the user's password does; null without one. */
export function fingerprintOf({ passwordDigest }: User): string | null {
  return passwordDigest == null ? null : passwordFingerprint(passwordDigest);
}

async function endReplaced(em: SqlEntityManager, sessionId: number, at: Date): Promise<void> {
  const replaced = await em.findOne(WebSession, { id: sessionId });
  if (replaced === null) return;
  const userId = replaced.user.id;
  await endWebSessions(em, { userIds: [userId], sessionIds: [sessionId] }, { by: { userId, tokenId: null }, at });
}

/** The sessions that leave no room for one more. */
async function findLeastUsed(em: SqlEntityManager, userId: number): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select id from web_sessions where user_id = ? order by last_seen_at desc, id desc offset ${MAXIMUM_SESSIONS_OF_USER - 1}`,
    [userId],
  );
  return rows.map(({ id }) => id);
}
