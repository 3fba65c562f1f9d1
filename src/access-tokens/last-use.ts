/**
 * Records what is known of the use of access tokens: when, from where, by which client and for which scopes each was last
 * used, and its long pauses. Requests note it in memory; a chore writes it, in one statement for any number of tokens.
 *
 * A token's use is noted at most once a minute; within the minute, only a scope or an address that is new in it is.
 * Replicas do not repeat each other's writes: a time less than a minute newer than the stored one is not written.
 */
import { type Clock, DAY_MS } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { copyOf, presentableClient } from "../http/client-name.ts";
import type { TokenScope } from "../principals/token-scope.ts";

const MINUTE_MS = 60_000;

/** How many addresses of a token are kept, and are noted in one minute. */
const KEPT_ADDRESSES = 5;

/**
 * How many tokens' uses wait to be written: as many as one statement writes well within the time that a query has. What
 * comes beyond is not noted, until there is room.
 */
const MAXIMUM_WAITING = 5_000;

/** How long a pause is kept after its end. */
const KEPT_PAUSES_MS = 30 * DAY_MS;

/**
 * The tokens are locked first, in the order of their ids: so each is read as the replica before left it, and none goes
 * meanwhile that the other rows refer to. What is older than what is stored, since another replica was faster, adds its
 * addresses behind those, and no pause.
 */
const WRITE_LAST_USE: PreparedQuery = {
  name: "write_last_use_of_access_tokens",
  text: `
    with used as (
      select * from jsonb_to_recordset($1::jsonb) as (id int, first_at timestamptz, last_at timestamptz, addresses text[],
        client text, scopes jsonb)
    ), known as (
      select id, last_used_at, coalesce(last_used_ips, '{}') as addresses from access_tokens
      where id in (select id from used) order by id for no key update
    ), uses_of_scopes as (
      insert into access_token_scope_uses as stored (access_token_id, scope, last_used_at)
      select id, scope, at::timestamptz from used join known using (id)
      cross join lateral jsonb_each_text(used.scopes) as of_scope (scope, at) order by id, scope
      on conflict on constraint access_token_scope_uses_pkey do update set last_used_at = excluded.last_used_at
      where stored.last_used_at <= excluded.last_used_at - interval '1 minute'
    ), pauses as (
      insert into access_token_pauses (access_token_id, ended_at, seconds)
      select id, first_at, least(extract(epoch from first_at - last_used_at), 2147483647)::int
      from used join known using (id) where first_at - last_used_at >= interval '12 hours' order by id
      on conflict do nothing
    ), old_pauses as (
      delete from access_token_pauses where ended_at < $2
    )
    update access_tokens t set
      last_used_at = greatest(known.last_used_at, last_at),
      last_used_client = case when is_newer then client else last_used_client end,
      last_used_ips = (
        select array_agg(address order by place) from (
          select address, min(place) as place
          from unnest(case when is_newer then used.addresses || known.addresses else known.addresses || used.addresses end)
            with ordinality as all_of_them (address, place)
          group by address order by 2 limit ${KEPT_ADDRESSES}
        ) latest
      )
    from used join known using (id)
    cross join lateral (select known.last_used_at is null or known.last_used_at <= last_at as is_newer) compared
    where t.id = known.id and (
      known.last_used_at is null or known.last_used_at <= last_at - interval '1 minute'
      or not used.addresses <@ known.addresses
    )`,
};

/** Who used a token, as far as it is recorded. */
export interface TokenUser {
  /** The client's address; empty for one that has none. */
  readonly address: string;
  /** What the client calls itself, as it was sent: shown to people, never trusted. */
  readonly client: string | undefined;
}

/** The uses of a token that are to be written, as one. */
interface Use {
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** The latest first, distinct. */
  readonly addresses: readonly string[];
  readonly client: string | undefined;
  /** When each scope was last used. */
  readonly scopes: ReadonlyMap<TokenScope, Date>;
}

/** What was noted of a token within a minute, which began at `from` (ms since the epoch). */
interface NotedMinute {
  readonly from: number;
  readonly scopes: Set<TokenScope>;
  readonly addresses: string[];
}

/** Collects and writes the last use of access tokens. */
export class LastUse {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #minutes = new Map<number, NotedMinute>();
  #waiting = new Map<number, Use>();
  /** How many tokens' uses are being written. */
  #underWay = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Notes that a token was accepted now, and which of its scopes were needed, without using the database. Makes nothing
   * where there is nothing new to note, as for nearly all requests.
   */
  used(tokenId: number, scopes: readonly TokenScope[], user: TokenUser): void {
    const now = this.#clock.now();
    const minute = this.#minutes.get(tokenId);
    const isOver = minute === undefined || now.getTime() - minute.from >= MINUTE_MS;
    if (isOver || tellsMore(minute, scopes, user.address))
      this.#note(tokenId, isOver ? undefined : minute, scopes, user, now);
  }

  #note(
    tokenId: number,
    known: NotedMinute | undefined,
    scopes: readonly TokenScope[],
    { address, client }: TokenUser,
    now: Date,
  ): void {
    const waiting = this.#waiting.get(tokenId);
    if (waiting === undefined && this.#waiting.size + this.#underWay >= MAXIMUM_WAITING) return;
    const kept = copyOf(address);
    const minute = known ?? { from: now.getTime(), scopes: new Set(), addresses: [] };
    for (const scope of scopes) minute.scopes.add(scope);
    if (hasRoomFor(minute, address)) minute.addresses.push(kept);
    this.#minutes.set(tokenId, minute);
    const use: Use = {
      firstAt: now,
      lastAt: now,
      addresses: kept === "" ? [] : [kept],
      client: presentableClient(client),
      scopes: new Map(scopes.map((scope) => [scope, now])),
    };
    this.#waiting.set(tokenId, merge(waiting, use));
  }

  /** Writes what was collected; what cannot be written is kept for the next flush. */
  async flush(): Promise<void> {
    const now = this.#clock.now().getTime();
    for (const [tokenId, { from }] of this.#minutes) if (now - from >= MINUTE_MS) this.#minutes.delete(tokenId);
    const batch = this.#waiting;
    if (batch.size === 0) return;
    this.#waiting = new Map();
    const underWay = batch.size;
    this.#underWay += underWay;
    try {
      await this.#database.query(WRITE_LAST_USE, [render(batch), new Date(now - KEPT_PAUSES_MS)]);
    } catch (error) {
      for (const [tokenId, newer] of this.#waiting) batch.set(tokenId, merge(batch.get(tokenId), newer));
      this.#waiting = batch;
      throw error;
    } finally {
      this.#underWay -= underWay;
    }
  }
}

/** Whether a use has something that is not noted of this minute yet. Called for each request: it makes nothing. */
function tellsMore(minute: NotedMinute, scopes: readonly TokenScope[], address: string): boolean {
  for (const scope of scopes) if (!minute.scopes.has(scope)) return true;
  return hasRoomFor(minute, address);
}

function hasRoomFor({ addresses }: NotedMinute, address: string): boolean {
  return addresses.length < KEPT_ADDRESSES && !addresses.includes(address);
}

function merge(older: Use | undefined, newer: Use): Use {
  if (older === undefined) return newer;
  return {
    ...newer,
    firstAt: older.firstAt,
    addresses: [...new Set([...newer.addresses, ...older.addresses])].slice(0, KEPT_ADDRESSES),
    scopes: new Map([...older.scopes, ...newer.scopes]),
  };
}

/** As the statement reads it. */
function render(batch: ReadonlyMap<number, Use>): string {
  return JSON.stringify(
    Array.from(batch, ([id, { firstAt, lastAt, addresses, client, scopes }]) => ({
      id,
      first_at: firstAt,
      last_at: lastAt,
      addresses,
      client,
      scopes: Object.fromEntries(scopes),
    })),
  );
}
