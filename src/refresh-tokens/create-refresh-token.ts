/** Creates refresh tokens for humans who sign in to a registry with their password. */
import { digestSecret, lastFour, makeSecret } from "../access-tokens/secret.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { tellRecordedEvents } from "../events/recorded-events.ts";
import type { IdSource } from "../ids.ts";
import type { PasswordPrincipal } from "../principals/principal.ts";
import { REFRESH_TOKEN_TITLE } from "./end-refresh-tokens.ts";

/** Distinguishes refresh tokens from access tokens. */
const PREFIX = "ksrt-";

/** Clients never revoke theirs, and each login in a script creates another: of a user's tokens, the newest are kept. */
const MAXIMUM_OF_USER = 100;

/**
 * One statement: adds the new one; deletes those of an earlier password, and the oldest above the maximum; records both. It
 * waits for a change to its user that is under way, and adds none where that one blocks them or changes the password.
 */
const ADD_REFRESH_TOKEN: PreparedQuery = {
  name: "add_refresh_token",
  text: `
    with owner as (
      select id from users
      where id = $2 and state = 'active' and encode(sha256(convert_to(password_digest, 'UTF8')), 'hex') = $7
      for share
    ), gone as (
      delete from refresh_tokens where user_id = (select id from owner) and (password_fingerprint <> $7 or id in (
        select id from refresh_tokens where user_id = $2 order by id desc offset ${MAXIMUM_OF_USER - 1}
      ))
      returning id, ${REFRESH_TOKEN_TITLE} as title
    ), added as (
      insert into refresh_tokens (created_at, user_id, service, client_id, digest, last_four, password_fingerprint)
      select $1::timestamptz, id, $3, $4, $5, $6, $7 from owner
      returning id, ${REFRESH_TOKEN_TITLE} as title
    ), recorded as (
      insert into events (created_at, author_id, action, target_type, target_id, target_title)
      select $1::timestamptz, $2::int, 'revoked', 'RefreshToken', id, title from gone
      union all
      select $1::timestamptz, $2::int, 'created', 'RefreshToken', id, title from added
    )
    select id, title, 'created' as action from added
    union all
    select id, title, 'revoked' as action from gone`,
};

interface RecordedRow {
  id: number;
  title: string;
  action: "created" | "revoked";
}

/**
 * Creates a refresh token for a human who gave their password; returns the secret, which is shown only once. Undefined when
 * they were blocked, or the password changed, since it was checked.
 *
 * @see docs/spec/registry-auth.md "Answer"
 */
export async function createRefreshToken(
  { database, clock, ids }: { database: Database; clock: Clock; ids: IdSource },
  { principal, service, clientId }: { principal: PasswordPrincipal; service: string; clientId: string | null },
): Promise<string | undefined> {
  const secret = makeSecret(PREFIX, ids);
  const { userId, passwordFingerprint: fingerprint } = principal;
  const now = clock.now();
  const values = [now, userId, service, clientId, digestSecret(secret), lastFour(secret), fingerprint];
  const recorded = await database.query<RecordedRow>(ADD_REFRESH_TOKEN, values);
  tellRecordedEvents(
    database,
    recorded.map(({ id, title, action }) => ({
      by: principal,
      action,
      target: { type: "RefreshToken", id, title },
      at: now,
    })),
  );
  return recorded.some(({ action }) => action === "created") ? secret : undefined;
}
