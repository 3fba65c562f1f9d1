/** Two replicas, and people who do two things at once: a session or a link that ended on one is over on the other. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeOwnPassword } from "../../../src/authentication/change-own-password.ts";
import { endOtherSignIns } from "../../../src/authentication/end-own-web-sessions.ts";
import { redeemSignInLink } from "../../../src/authentication/redeem-sign-in-link.ts";
import { signOut } from "../../../src/authentication/sign-out.ts";
import { sweepWebSessions } from "../../../src/authentication/sweep-web-sessions.ts";
import { createTestDatabase } from "../../support/database.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { browserAt, linkFor, mustBeSignedIn, sessionEvents, signIn, whoIs } from "../../support/web-session.ts";
import { createUser, createUserWithPassword } from "../../support/world.ts";

let one: TestService;
let other: TestService;

beforeAll(async () => {
  const database = await createTestDatabase();
  one = await startTestService({ database });
  // The first of the two removes the database.
  other = await startTestService({ clock: one.clock, database: { ...database, remove: () => Promise.resolve() } });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

const rows = <Row>(sql: string, values: unknown[] = []) => one.container.database.em().execute<Row[]>(sql, values);
const both = () => [one, other];
const ROUNDS = 20;

describe("a session that ended on one replica", () => {
  it("is over on the other at the next request, however it ended", async () => {
    const ann = await createUserWithPassword(one, "ann");
    const ends: Record<string, (secret: string, id: number) => Promise<unknown>> = {
      "signed out": async (secret) =>
        signOut(one.container, { session: await mustBeSignedIn(one, secret), sender: browserAt() }),
      "ended from another": async () => {
        const { secret } = await signIn(one, ann);
        await endOtherSignIns(one.container, { session: await mustBeSignedIn(one, secret) });
      },
      replaced: async (_, id) => signIn(one, ann, { replaces: id }),
      "the password changed": async () => one.root.put(`/users/${ann.id}`, { password: ann.password }),
      "the user blocked": async () => one.root.post(`/users/${ann.id}/block`),
      swept: async () => {
        one.clock.advance({ days: 7 });
        await sweepWebSessions(one.container);
      },
      "the user deleted": async () => one.root.delete(`/users/${ann.id}`),
    };
    for (const [what, end] of Object.entries(ends)) {
      await one.root.post(`/users/${ann.id}/unblock`);
      const { secret, session } = await signIn(one, ann);
      for (const replica of both())
        expect([what, await whoIs(replica, secret)]).toMatchObject([what, { id: session.id }]);
      await end(secret, session.id);
      for (const replica of both()) expect([what, await whoIs(replica, secret)]).toEqual([what, undefined]);
    }
  });

  it("does not come back by what the other noted of it", async () => {
    const ben = await createUserWithPassword(one, "ben");
    const { secret, session } = await signIn(one, ben);
    one.clock.advance({ minutes: 10 });
    await whoIs(other, secret);
    await signOut(one.container, { session: await mustBeSignedIn(one, secret), sender: browserAt() });
    for (const { container } of both()) await container.webSessionLastSeen.flush();
    expect(await rows("select from web_sessions where id = ?", [session.id])).toEqual([]);
  });
});

describe("the time when a session was last seen", () => {
  it("is written once in five minutes, though both replicas saw it, and never set back", async () => {
    const { secret, session } = await signIn(one, await createUserWithPassword(one, "cleo"));
    const stored = async () => {
      const [row] = await rows<{ at: string; network: string; version: string }>(
        "select last_seen_at::text as at, network, xmin::text as version from web_sessions where id = ?",
        [session.id],
      );
      return row;
    };
    one.clock.advance({ minutes: 10 });
    await whoIs(other, secret, "192.0.2.1");
    one.clock.advance({ minutes: 2 });
    await whoIs(one, secret, "192.0.2.2");
    await one.container.webSessionLastSeen.flush();
    const first = await stored();
    expect(first?.network).toBe("192.0.2.2");
    await other.container.webSessionLastSeen.flush();
    expect(await stored()).toEqual(first);
  });
});

describe("a link that both replicas get at once", () => {
  it.each(["sign_in", "invitation"] as const)("signs in one of all, each time: of the kind %s", async (kind) => {
    const user = await createUser(one, `racer-${kind.replace("_", "-")}`);
    for (let round = 0; round < ROUNDS; round += 1) {
      const secret = await linkFor(one, user.id, kind);
      const tries = [...both(), ...both()].map(({ container }, number) =>
        redeemSignInLink(container, { secret, password: `password ${round} ${number}`, sender: browserAt() }),
      );
      const results = await Promise.allSettled(tries);
      const codes = results.map((result) => (result.status === "rejected" ? result.reason.code : "signed in"));
      expect(codes.sort()).toEqual(["signed in", "unauthenticated", "unauthenticated", "unauthenticated"]);
    }
    const signedIn = (await sessionEvents(one, user.id)).filter((event) => event.startsWith("signed_in"));
    expect(signedIn).toHaveLength(ROUNDS);
  });

  it("is one link, where two administrators make one at once", async () => {
    const user = await createUser(one, "dora");
    for (let round = 0; round < ROUNDS; round += 1) {
      const secrets = await Promise.all([...both(), ...both()].map((replica) => linkFor(replica, user.id)));
      expect(new Set(secrets).size).toBe(4);
      expect(await rows("select from sign_in_links where user_id = ?", [user.id])).toHaveLength(1);
    }
  });
});

describe("whoever signs in while something ends that", () => {
  it("is not signed in by what ended, whichever came first", async () => {
    const eva = await createUserWithPassword(one, "eva");
    const ends = [
      () => other.root.put(`/users/${eva.id}`, { password: "another password" }),
      () => other.root.post(`/users/${eva.id}/block`),
    ];
    for (const end of ends) {
      for (let round = 0; round < ROUNDS; round += 1) {
        await one.root.post(`/users/${eva.id}/unblock`);
        await one.root.put(`/users/${eva.id}`, { password: eva.password });
        const link = await linkFor(one, eva.id);
        const came = await Promise.allSettled([
          signIn(one, eva),
          redeemSignInLink(one.container, { secret: link, sender: browserAt() }),
          end(),
        ]);
        const [byPassword, byLink] = came;
        for (const result of [byPassword, byLink]) {
          if (result?.status === "rejected") expect(result.reason).toMatchObject({ code: "unauthenticated" });
          else if (result !== undefined && "secret" in result.value)
            expect(await whoIs(one, result.value.secret)).toBeUndefined();
        }
        expect(await rows("select from web_sessions where user_id = ?", [eva.id])).toEqual([]);
        expect(await rows("select from sign_in_links where user_id = ?", [eva.id])).toEqual([]);
        // What was refused counts, and this is about something else.
        await rows("delete from authentication_failures");
      }
    }
  });

  it("does not lock up two who change their passwords in two sessions at once", async () => {
    const finn = await createUserWithPassword(one, "finn");
    let password = finn.password;
    for (let round = 0; round < ROUNDS; round += 1) {
      const sessions = await Promise.all(both().map((replica) => signIn(replica, { username: "finn", password })));
      const current = password;
      const results = await Promise.allSettled(
        sessions.map(async ({ secret, session }, number) => {
          const { container } = number === 0 ? one : other;
          const { principal: caller } = await mustBeSignedIn(one, secret);
          const wanted = { currentPassword: current, password: `password ${round} of ${number}`, sender: browserAt() };
          await changeOwnPassword(container, { caller, ...wanted, keepWebSession: session.id });
        }),
      );
      const won = results.findIndex(({ status }) => status === "fulfilled");
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      password = `password ${round} of ${won}`;
      const alive = await Promise.all(sessions.map(async ({ secret }) => (await whoIs(other, secret)) !== undefined));
      expect(alive).toEqual([won === 0, won === 1]);
      await rows("delete from authentication_failures");
    }
  });
});

describe("many sign-ins of one user at once", () => {
  it("leave no more sessions than a user may have", async () => {
    const gus = await createUserWithPassword(one, "gus");
    const { session } = await signIn(one, gus);
    await rows(
      `insert into web_sessions (created_at, user_id, method, digest, last_seen_at, confirmed_at, network)
       select created_at, user_id, method, digest || n, last_seen_at, confirmed_at, network
       from web_sessions, generate_series(1, 49) n where id = ? returning id`,
      [session.id],
    );
    await Promise.all(Array.from({ length: 10 }, (_, number) => signIn(both()[number % 2] ?? one, gus)));
    expect(await rows("select from web_sessions where user_id = ?", [gus.id])).toHaveLength(50);
  });
});
