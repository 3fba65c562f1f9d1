import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSignInLink } from "../../../src/authentication/find-sign-in-link.ts";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { redeemSignInLink } from "../../../src/authentication/redeem-sign-in-link.ts";
import { sweepSignInLinks } from "../../../src/authentication/sweep-sign-in-links.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { browserAt, linkFor, mustBeSignedIn, sessionEvents, signIn, whoIs } from "../../support/web-session.ts";
import { createUser, createUserWithPassword, type User } from "../../support/world.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(sql, values);
const NEW = "a password of my own";
const HERE = "Firefox on Linux, 10.4.2.17";
const UNKNOWN = {
  code: "unauthenticated",
  message: "this sign-in link is not known, or was used, or its time is over: ask for another",
};

const make = (user: User, kind?: string, by = service.root) =>
  by.post(`/users/${user.id}/sign_in_links`, kind === undefined ? {} : { kind });
const find = (secret: string, address?: string) => findSignInLink(service.container, secret, browserAt(address));
const redeem = (secret: string, password?: string, more: { replaces?: number; address?: string } = {}) => {
  const { replaces, address } = more;
  return redeemSignInLink(service.container, { secret, password, sender: browserAt(address), replaces });
};

describe("POST /users/:id/sign_in_links", () => {
  it("makes a link of 15 minutes, or an invitation of 72 hours, whose address is shown this once", async () => {
    const ann = await createUser(service, "ann");
    const moments = { sign_in: "2026-11-02T12:15:00.000Z", invitation: "2026-11-05T12:00:00.000Z" };
    expect((await make(ann)).body).toMatchObject({ kind: "sign_in" });
    for (const [kind, expires_at] of Object.entries(moments)) {
      const { status, body, headers } = await make(ann, kind);
      expect([status, headers.get("cache-control")]).toEqual([201, "no-store"]);
      const url = expect.stringMatching(/^http:\/\/localhost:8080\/-\/sign_in_link\?token=[A-Za-z0-9]{43}$/);
      expect(body).toEqual({ id: expect.any(Number), user_id: ann.id, kind, expires_at, url });
      const secret = new URL(body.url).searchParams.get("token") ?? "";
      expect(await find(secret)).toEqual({ kind, userId: ann.id, username: "ann", name: "ann" });
      const { body: events } = await service.root.get("/events?target_type=sign_in_link");
      const target_title = `${kind === "invitation" ? "invitation" : "sign-in link"} for ann`;
      expect(events[0]).toMatchObject({ action_name: "created", target_id: body.id, target_title });
    }
  });

  it("takes the place of one of the same kind, and leaves the other kind and others' alone", async () => {
    const [ben, cleo] = [await createUser(service, "ben"), await createUser(service, "cleo")];
    const [old, invitation, other] = [
      await linkFor(service, ben.id),
      await linkFor(service, ben.id, "invitation"),
      await linkFor(service, cleo.id),
    ];
    const next = await linkFor(service, ben.id);
    expect(await Promise.all([old, invitation, other, next].map((secret) => find(secret)))).toMatchObject([
      undefined,
      { kind: "invitation" },
      { username: "cleo" },
      { kind: "sign_in" },
    ]);
  });

  it("is refused for who does not exist, and with a kind that there is not", async () => {
    const dan = await createUser(service, "dan");
    expect((await make({ ...dan, id: 123_456 })).status).toBe(404);
    expect(await make(dan, "password")).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^kind does not have a valid value: "password" is not one of /) },
    });
    expect(await rows("select from sign_in_links where user_id = ?", [dan.id])).toEqual([]);
  });
});

describe("a sign-in link", () => {
  it("signs in once, without the password and leaving that as it is, confirmed for an hour", async () => {
    const eva = await createUserWithPassword(service, "eva");
    const before = await signIn(service, eva);
    const secret = await linkFor(service, eva.id);
    const { secret: cookie } = await redeem(secret);
    expect(await whoIs(service, cookie)).toMatchObject({
      principal: { userId: eva.id },
      method: "link",
      hasPassword: true,
      confirmedAt: service.clock.now(),
    });
    await expect(redeem(secret)).rejects.toMatchObject(UNKNOWN);
    expect(await whoIs(service, before.secret)).toBeDefined();
    expect(await signIn(service, eva)).toBeDefined();
    expect(await sessionEvents(service, eva.id)).toEqual(Array.from({ length: 3 }, () => `signed_in ${HERE}`));
  });

  it("is not burnt by being looked at", async () => {
    const finn = await createUser(service, "finn");
    const secret = await linkFor(service, finn.id);
    for (let time = 0; time < 3; time += 1) expect(await find(secret)).toMatchObject({ username: "finn" });
    expect(await redeem(secret)).toBeDefined();
    expect(await find(secret)).toBeUndefined();
  });

  it("signs in whoever has no password, who then cannot confirm with one, until they have one", async () => {
    const gil = await createUser(service, "gil");
    const { secret: cookie } = await redeem(await linkFor(service, gil.id));
    expect(await mustBeSignedIn(service, cookie)).toMatchObject({ hasPassword: false, method: "link" });
    await service.root.put(`/users/${gil.id}`, { password: NEW });
    expect(await whoIs(service, cookie)).toBeUndefined();
  });

  it("takes the place of the session that the browser has", async () => {
    const [hal, ida] = [await createUserWithPassword(service, "hal"), await createUser(service, "ida")];
    const { secret: cookie, session } = await signIn(service, hal);
    await redeem(await linkFor(service, ida.id), undefined, { replaces: session.id });
    expect(await whoIs(service, cookie)).toBeUndefined();
  });

  it.each([
    ["sign_in", { minutes: 15 }],
    ["invitation", { hours: 72 }],
  ] as const)("of the kind %s is worth nothing after its time, and the sweep takes it", async (kind, life) => {
    const user = await createUser(service, `late-${kind.replace("_", "-")}`);
    const secret = await linkFor(service, user.id, kind);
    service.clock.advance({ ...life, seconds: -1 });
    await sweepSignInLinks(service.container);
    expect(await find(secret)).toBeDefined();
    service.clock.advance({ seconds: 1 });
    expect(await find(secret)).toBeUndefined();
    await expect(redeem(secret, NEW)).rejects.toMatchObject(UNKNOWN);
    expect(await rows("select from sign_in_links where user_id = ?", [user.id])).toHaveLength(1);
    await sweepSignInLinks(service.container);
    expect(await rows("select from sign_in_links where user_id = ?", [user.id])).toEqual([]);
  });

  it("signs in one of those who come with it at once", async () => {
    const jan = await createUser(service, "jan");
    for (const kind of ["sign_in", "invitation"] as const) {
      const secret = await linkFor(service, jan.id, kind);
      const all = await Promise.allSettled(
        Array.from({ length: 5 }, (_, number) => redeem(secret, `${NEW} ${number}`)),
      );
      expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const reasons = all.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      for (const reason of reasons) expect(reason).toMatchObject(UNKNOWN);
    }
    // The invitation ended the session that the other link began.
    expect(await rows("select from web_sessions where user_id = ?", [jan.id])).toHaveLength(1);
  });

  it("is worth nothing once its maker is no administrator, is blocked, or is gone", async () => {
    const user = await createUser(service, "kim");
    const ends: Record<string, (id: number) => Promise<{ status: number }>> = {
      demoted: (id) => service.root.put(`/users/${id}`, { admin: false }),
      blocked: (id) => service.root.post(`/users/${id}/block`),
      deleted: (id) => service.root.delete(`/users/${id}`),
    };
    for (const [what, end] of Object.entries(ends)) {
      const admin = await createUser(service, `admin-${what}`, { admin: true });
      const { body } = await make(user, "invitation", admin.client);
      const secret = new URL(body.url).searchParams.get("token") ?? "";
      expect(await find(secret)).toBeDefined();
      expect((await end(admin.id)).status).toBeLessThan(300);
      expect([what, await find(secret)]).toEqual([what, undefined]);
      await expect(redeem(secret, NEW)).rejects.toMatchObject(UNKNOWN);
    }
  });
});

describe("an invitation", () => {
  it("sets the password and signs in; what stood in place of an old one ends, and no other link of theirs is left", async () => {
    const lea = await createUserWithPassword(service, "lea");
    const before = await signIn(service, lea);
    const secret = await linkFor(service, lea.id, "invitation");
    const other = await linkFor(service, lea.id);
    const { secret: cookie } = await redeem(secret, NEW);
    expect(await whoIs(service, cookie)).toMatchObject({ principal: { username: "lea" }, hasPassword: true });
    expect([await whoIs(service, before.secret), await find(other)]).toEqual([undefined, undefined]);
    await expect(signIn(service, lea)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await signIn(service, { username: "lea", password: NEW })).toBeDefined();
    const { body } = await lea.client.get("/events?target_type=user");
    expect(body).toMatchObject([{ action_name: "updated", target_id: lea.id, author_id: lea.id }]);
  });

  it("gives a first password to whoever has none", async () => {
    const mia = await createUser(service, "mia");
    const { secret: cookie } = await redeem(await linkFor(service, mia.id, "invitation"), NEW);
    expect(await whoIs(service, cookie)).toMatchObject({ hasPassword: true });
    expect(await signIn(service, { username: "mia", password: NEW })).toBeDefined();
  });

  it("that comes without a password is refused by name, and can be used still", async () => {
    const noa = await createUser(service, "noa");
    const secret = await linkFor(service, noa.id, "invitation");
    await expect(redeem(secret)).rejects.toMatchObject({ problems: [{ field: "password", message: "is missing" }] });
    expect(await redeem(secret, NEW)).toBeDefined();
  });
});

describe("whoever guesses links", () => {
  it("is locked out, as with any credential; what is no link at all is not counted", async () => {
    const olga = await createUserWithPassword(service, "olga");
    const secret = await linkFor(service, olga.id);
    const address = "192.0.2.99";
    for (const junk of ["", "x", `${secret} `, "kspat-junk", secret.slice(1)]) {
      expect(await find(junk, address)).toBeUndefined();
      await expect(redeem(junk, NEW, { address })).rejects.toMatchObject(UNKNOWN);
    }
    expect(await rows("select from authentication_failures where network = ?", [address])).toEqual([]);
    const guess = (number: number) => String(number).padStart(43, "0");
    for (let number = 0; number < MAXIMUM_FAILURES; number += 2) {
      expect(await find(guess(number), address)).toBeUndefined();
      await expect(redeem(guess(number + 1), NEW, { address })).rejects.toMatchObject(UNKNOWN);
    }
    await expect(find(guess(98), address)).rejects.toMatchObject({ code: "too_many_failures" });
    await expect(redeem(guess(99), NEW, { address })).rejects.toMatchObject({ code: "too_many_failures" });
    await expect(signIn(service, olga, { sender: browserAt(address) })).rejects.toMatchObject({
      code: "too_many_failures",
    });
    // Nobody guessed it: whoever shares the network with a guesser is signed in by their link all the same.
    expect(await redeem(secret, undefined, { address })).toBeDefined();
  });
});
