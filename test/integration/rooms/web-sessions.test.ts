import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MAXIMUM_SESSIONS_OF_USER } from "../../../src/authentication/add-web-session.ts";
import { confirmWebSession, isConfirmed } from "../../../src/authentication/confirm-web-session.ts";
import { listWebSessions } from "../../../src/authentication/list-web-sessions.ts";
import { sweepWebSessions } from "../../../src/authentication/sweep-web-sessions.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { browserAt, FIREFOX, mustBeSignedIn, sessionEvents, signIn, whoIs } from "../../support/web-session.ts";
import { createUserWithPassword, type UserWithPassword } from "../../support/world.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(sql, values);
const flush = () => service.container.webSessionLastSeen.flush();
const now = () => service.clock.now();
const HERE = "Firefox on Linux, 10.4.2.17";

describe("a web session", () => {
  it("begins with the password, and signs its user in with every scope", async () => {
    const ann = await createUserWithPassword(service, "ann");
    const { secret, session } = await signIn(service, ann);
    expect(secret).toMatch(/^[A-Za-z0-9]{43}$/);
    expect(await whoIs(service, secret)).toEqual({
      id: session.id,
      principal: {
        kind: "user",
        userId: ann.id,
        username: "ann",
        admin: false,
        scopes: new Set(TOKEN_SCOPES),
        tokenId: null,
        expiresAt: null,
        retiresAt: null,
        ipAllowList: undefined,
      },
      name: "ann",
      email: "ann@example.com",
      hasPassword: true,
      method: "password",
      createdAt: now(),
      confirmedAt: now(),
    });
    const { body } = await ann.client.get("/events?target_type=session");
    expect(body).toMatchObject([
      { action_name: "signed_in", target_id: session.id, target_title: HERE, address: "10.4.2.17", author_id: ann.id },
    ]);
  });

  it("takes one query to be found, and no write", async () => {
    const { secret } = await signIn(service, await createUserWithPassword(service, "quinn"));
    const query = vi.spyOn(service.container.database, "query");
    const transaction = vi.spyOn(service.container.database, "transaction");
    await whoIs(service, secret);
    expect(query.mock.calls.map(([{ name }]) => name)).toEqual(["find_web_session"]);
    expect(transaction).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it.each([
    ["an unknown secret", () => "A".repeat(43)],
    ["one cut short", (secret: string) => secret.slice(1)],
    ["one with something behind it", (secret: string) => `${secret}\n`],
    ["its own digest", () => "a".repeat(64)],
    ["nothing", () => ""],
    ["NUL", (secret: string) => `\0${secret.slice(1)}`],
  ])("is found by no other secret than its own: %s", async (_, change) => {
    const { secret } = await signIn(service, { username: "root", password: ROOT_PASSWORD });
    expect(await whoIs(service, change(secret))).toBeUndefined();
    // A browser repeats its cookie with each request: that is no guess.
    expect(await rows("select from authentication_failures")).toEqual([]);
  });

  it("dies after 7 days without use, and after 30 however often it is used", async () => {
    const { secret: idle } = await signIn(service, await createUserWithPassword(service, "ida"));
    const { secret: busy } = await signIn(service, await createUserWithPassword(service, "bea"));
    service.clock.advance({ days: 6, hours: 23 });
    expect(await whoIs(service, busy)).toBeDefined();
    await flush();
    service.clock.advance({ hours: 1 });
    expect(await whoIs(service, idle)).toBeUndefined();
    for (let day = 7; day < 30; day += 1) {
      expect(await whoIs(service, busy)).toBeDefined();
      await flush();
      service.clock.advance({ days: 1 });
    }
    expect(await whoIs(service, busy)).toBeUndefined();
  });

  it("tells when and where it was last seen, written at most once in five minutes", async () => {
    const { secret, session } = await signIn(service, await createUserWithPassword(service, "lara"));
    const started = now();
    const stored = async () => {
      const [row] = await rows<{ at: string; network: string; version: string }>(
        "select last_seen_at::text as at, network, xmin::text as version from web_sessions where id = ?",
        [session.id],
      );
      return { ...row, at: new Date(row?.at ?? "") };
    };
    const first = await stored();
    service.clock.advance({ minutes: 4, seconds: 59 });
    await whoIs(service, secret, "192.0.2.1");
    await flush();
    expect(await stored()).toEqual({ ...first, at: started, network: "10.4.2.17" });
    service.clock.advance({ minutes: 5 });
    await whoIs(service, secret, "2001:db8:1:2:3::4");
    await flush();
    expect(await stored()).toMatchObject({ at: now(), network: "2001:db8:1:2::/64" });
  });

  it("takes the place of another in the same browser, whosever that was", async () => {
    const [kim, lou] = [await createUserWithPassword(service, "kim"), await createUserWithPassword(service, "lou")];
    const before = await signIn(service, kim);
    const after = await signIn(service, lou, { replaces: before.session.id });
    expect(await whoIs(service, before.secret)).toBeUndefined();
    expect(await whoIs(service, after.secret)).toMatchObject({ principal: { username: "lou" } });
    expect(await sessionEvents(service, kim.id)).toEqual([`signed_in ${HERE}`, `session_ended ${HERE}`]);
    const third = await signIn(service, lou, { replaces: before.session.id });
    expect(await whoIs(service, third.secret)).toBeDefined();
  });

  it(`makes room where a user has ${MAXIMUM_SESSIONS_OF_USER}: the one that was unused for longest goes`, async () => {
    const mia = await createUserWithPassword(service, "mia");
    const oldest = await signIn(service, mia);
    service.clock.advance({ minutes: 1 });
    const unused = await signIn(service, mia);
    service.clock.advance({ minutes: 10 });
    await whoIs(service, oldest.secret);
    await flush();
    await rows(
      `insert into web_sessions (created_at, user_id, method, digest, last_seen_at, confirmed_at, network)
       select now(), user_id, method, digest || n, ?, now(), network
       from web_sessions, generate_series(1, ${MAXIMUM_SESSIONS_OF_USER - 2}) n where id = ?`,
      [now(), unused.session.id],
    );
    await signIn(service, mia);
    expect(await whoIs(service, oldest.secret)).toBeDefined();
    expect(await whoIs(service, unused.secret)).toBeUndefined();
    expect(await rows("select from web_sessions where user_id = ?", [mia.id])).toHaveLength(MAXIMUM_SESSIONS_OF_USER);
  });

  it("keeps what a browser calls itself bounded and harmless", async () => {
    const noa = await createUserWithPassword(service, "noa");
    const clients = [undefined, "\u202e\0\u001b[31m", `${FIREFOX} ${"x".repeat(9_000)}`, '"><script>alert(1)</script>'];
    for (const client of clients) await signIn(service, noa, { sender: { ...browserAt("192.0.2.1"), client } });
    const stored = await rows<{ browser: string | null }>(
      "select browser from web_sessions where user_id = ? order by id",
      [noa.id],
    );
    expect(stored.map(({ browser }) => browser?.length ?? null)).toEqual([null, 4, 255, 27]);
    expect(await sessionEvents(service, noa.id)).toEqual([
      "signed_in Unknown browser, 192.0.2.1",
      "signed_in Unknown browser, 192.0.2.1",
      "signed_in Firefox on Linux, 192.0.2.1",
      "signed_in Unknown browser, 192.0.2.1",
    ]);
  });
});

describe("confirming", () => {
  let pia: UserWithPassword;
  beforeAll(async () => {
    pia = await createUserWithPassword(service, "pia");
  });
  const confirm = async (secret: string, password: string) =>
    await confirmWebSession(service.container, {
      session: await mustBeSignedIn(service, secret),
      password,
      sender: browserAt(),
    });

  it("is done by signing in, holds for an hour, and is done again with the password", async () => {
    const { secret } = await signIn(service, pia);
    expect(isConfirmed(await mustBeSignedIn(service, secret), service.clock)).toBe(true);
    service.clock.advance({ minutes: 59, seconds: 59 });
    expect(isConfirmed(await mustBeSignedIn(service, secret), service.clock)).toBe(true);
    service.clock.advance({ seconds: 1 });
    expect(isConfirmed(await mustBeSignedIn(service, secret), service.clock)).toBe(false);
    const confirmed = await confirm(secret, pia.password);
    expect(confirmed.confirmedAt).toEqual(now());
    expect(await whoIs(service, secret)).toEqual(confirmed);
    expect(isConfirmed(confirmed, service.clock)).toBe(true);
  });

  it("refuses a wrong password as a wrong field, counts it, and confirms nothing", async () => {
    const { secret } = await signIn(service, pia);
    service.clock.advance({ hours: 1 });
    const before = (await rows("select from authentication_failures")).length;
    await expect(confirm(secret, "not the password")).rejects.toMatchObject({
      code: "validation_failed",
      problems: [{ field: "password", message: "is wrong" }],
      cause: { code: "unauthenticated" },
    });
    expect(await rows("select from authentication_failures")).toHaveLength(before + 1);
    expect(isConfirmed(await mustBeSignedIn(service, secret), service.clock)).toBe(false);
  });

  it("confirms no other session of the same user, and none that has ended", async () => {
    const [one, other] = [await signIn(service, pia), await signIn(service, pia)];
    const gone = await mustBeSignedIn(service, one.secret);
    service.clock.advance({ hours: 1 });
    await confirm(one.secret, pia.password);
    expect(isConfirmed(await mustBeSignedIn(service, other.secret), service.clock)).toBe(false);
    await rows("delete from web_sessions where id = ?", [gone.id]);
    const late = { session: gone, password: pia.password, sender: browserAt() };
    await expect(confirmWebSession(service.container, late)).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("the list of one's sessions", () => {
  it("has one's own that live, the last used first, by pages, with their number", async () => {
    const ria = await createUserWithPassword(service, "ria");
    const dead = await signIn(service, ria);
    service.clock.advance({ days: 7 });
    const [first, second] = [
      await signIn(service, ria),
      await signIn(service, ria, { sender: browserAt("192.0.2.7") }),
    ];
    await signIn(service, await createUserWithPassword(service, "sven"));
    service.clock.advance({ minutes: 10 });
    const { principal: caller } = await mustBeSignedIn(service, first.secret);
    await flush();
    const list = (limit: number, offset: number) => listWebSessions(service.container, { caller }, { limit, offset });
    const [all, total] = await list(20, 0);
    expect([all.map(({ id }) => id), total]).toEqual([[first.session.id, second.session.id], 2]);
    expect(all[1]).toMatchObject({ network: "192.0.2.7", browser: FIREFOX, method: "password" });
    const [page, sum] = await list(1, 1);
    expect([page.map(({ id }) => id), sum]).toEqual([[second.session.id], 2]);
    expect(JSON.stringify(all)).not.toMatch(/digest|ingerprint/);
    expect(await rows("select from web_sessions where id = ?", [dead.session.id])).toHaveLength(1);
  });
});

describe("the sweep", () => {
  it("removes what is dead, in batches, and records each as expired; what lives stays", async () => {
    const tom = await createUserWithPassword(service, "tom");
    const { session } = await signIn(service, tom);
    await rows(
      `insert into web_sessions (created_at, user_id, method, digest, last_seen_at, confirmed_at, network, browser)
       select created_at, user_id, method, digest || n, last_seen_at, confirmed_at, network, browser
       from web_sessions, generate_series(1, 150) n where id = ?`,
      [session.id],
    );
    service.clock.advance({ days: 7 });
    const alive = await signIn(service, await createUserWithPassword(service, "ula"));
    const swept = await Promise.all([sweepWebSessions(service.container), sweepWebSessions(service.container)]);
    expect(swept.reduce((one, other) => one + other)).toBeGreaterThanOrEqual(151);
    expect(await rows("select id from web_sessions")).toEqual([{ id: alive.session.id }]);
    expect(await whoIs(service, alive.secret)).toBeDefined();
    const expired = Array.from({ length: 151 }, () => `expired ${HERE}`);
    expect(await sessionEvents(service, tom.id)).toEqual([`signed_in ${HERE}`, ...expired]);
  });
});
