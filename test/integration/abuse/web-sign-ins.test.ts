/** Who tries to sign in to the pages without being allowed to, or to make somebody else's way in. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSignInLink } from "../../../src/authentication/find-sign-in-link.ts";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { redeemSignInLink } from "../../../src/authentication/redeem-sign-in-link.ts";
import { startWebSession } from "../../../src/authentication/start-web-session.ts";
import { type AuditedService, startAuditedService } from "../../support/audited-service.ts";
import { cheapDigest } from "../../support/cheap-digest.ts";
import { ROOT_PASSWORD } from "../../support/service.ts";
import { browserAt, linkFor, signIn, whoIs } from "../../support/web-session.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../support/world.ts";

let service: AuditedService;
let ann: UserWithPassword;
let robot: ProjectAccessToken;
let bot: string;

beforeAll(async () => {
  service = await startAuditedService({ environment: { KEYSIDE_LOG_LEVEL: "trace" } });
  await enableProjectAccessTokens(service);
  ann = await createUserWithPassword(service, "ann");
  robot = await createProjectAccessToken(service, await createOwnProject(ann, "app"), { by: ann });
  const [row] = await rows<{ username: string }>("select username from users where id = ?", [robot.userId]);
  bot = row?.username ?? "";
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(sql, values);
const sessions = async () => (await rows("select from web_sessions")).length;

let network = 0;
/** A new network each time, so that none is locked. */
const elsewhere = () => {
  network += 1;
  return browserAt(`198.51.100.${network}`);
};
const SORRY = { code: "unauthenticated", message: "wrong username or password" };

describe("a pair that signs in nobody", () => {
  it.each<[string, () => { username: string; password: string }]>([
    ["a wrong password", () => ({ username: "ann", password: "not the password" })],
    ["no user of that name", () => ({ username: "nobody", password: "not the password" })],
    ["an e-mail address", () => ({ username: "ann@example.com", password: ann.password })],
    ["nothing", () => ({ username: "", password: "" })],
    ["NUL", () => ({ username: "ann\0", password: ann.password })],
    ["a personal access token", () => ({ username: "ann", password: ann.secret })],
    ["a project access token", () => ({ username: "ann", password: robot.secret })],
    ["a bot with its token", () => ({ username: bot, password: robot.secret })],
  ])("is refused in one sentence, counted, and starts nothing: %s", async (_, pair) => {
    const sender = elsewhere();
    const before = await sessions();
    await expect(signIn(service, pair(), { sender })).rejects.toMatchObject(SORRY);
    expect(await sessions()).toBe(before);
    expect(await rows("select from authentication_failures where network = ?", [sender.address])).toHaveLength(1);
  });

  it("is the right one of a bot or of the ghost, should one of them ever come to have a password", async () => {
    for (const username of [bot, "ghost"]) {
      await rows("update users set password_digest = ? where username = ? returning id", [
        cheapDigest("known"),
        username,
      ]);
      await expect(signIn(service, { username, password: "known" }, { sender: elsewhere() })).rejects.toMatchObject(
        SORRY,
      );
      await rows("update users set password_digest = null where username = ? returning id", [username]);
    }
  });

  it("is the right one of somebody who is blocked", async () => {
    const ben = await createUserWithPassword(service, "ben");
    await service.root.post(`/users/${ben.id}/block`);
    await expect(signIn(service, ben, { sender: elsewhere() })).rejects.toMatchObject(SORRY);
    await service.root.post(`/users/${ben.id}/unblock`);
    expect(await signIn(service, ben, { sender: elsewhere() })).toBeDefined();
  });

  it("locks a network out, the right pair included, and no other network", async () => {
    const cleo = await createUserWithPassword(service, "cleo");
    const sender = elsewhere();
    for (let guess = 0; guess < MAXIMUM_FAILURES; guess += 1)
      await expect(signIn(service, { ...cleo, password: `guess ${guess}` }, { sender })).rejects.toMatchObject(SORRY);
    await expect(signIn(service, cleo, { sender })).rejects.toMatchObject({ code: "too_many_failures" });
    expect(await signIn(service, cleo, { sender: elsewhere() })).toBeDefined();
  });

  it("was right when it was checked, and the account changed before the session began", async () => {
    const dan = await createUserWithPassword(service, "dan");
    const start = (userId: number, passwordFingerprint: string | null) =>
      startWebSession(service.container, {
        user: { userId, passwordFingerprint },
        method: "password",
        sender: browserAt(),
      });
    const before = await sessions();
    for (const fingerprint of ["another", null])
      await expect(start(dan.id, fingerprint)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(start(robot.userId, null)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(start(123_456, null)).rejects.toMatchObject({ code: "unauthenticated" });
    const ghost = await rows<{ id: number }>("select id from users where user_type = 'ghost'");
    await expect(start(ghost[0]?.id ?? 0, null)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await sessions()).toBe(before);
  });
});

describe("a sign-in link", () => {
  const make = (userId: number, by = service.root, kind = "sign_in") =>
    by.post(`/users/${userId}/sign_in_links`, { kind });
  const links = async () => (await rows("select from sign_in_links")).length;

  it("is made by no one but administrators, not even for themselves", async () => {
    const before = await links();
    for (const client of [ann.client, robot.client])
      for (const id of [ann.id, 123_456]) expect((await make(id, client)).status).toBe(403);
    expect((await make(ann.id, service.as(undefined))).status).toBe(401);
    expect(await links()).toBe(before);
  });

  it("is made by no token that is weaker than a password", async () => {
    const admin = await createUserWithPassword(service, "ada", { admin: true });
    const personal = async (more: object) => {
      const { body } = await service.root.post(`/users/${admin.id}/personal_access_tokens`, { name: "x", ...more });
      return service.as(body.token);
    };
    const scopes = ["api", "read_registry", "write_registry", "delete_registry", "read_repository", "write_repository"];
    const before = await links();
    for (const [more, words] of [
      [{ scopes: ["api"] }, /sign-in link has every scope.* lacks .*write_registry.*it may make none/],
      [{ scopes, ip_allow_list: ["127.0.0.0/8"] }, /sign-in link is accepted from everywhere.*it may make none/],
    ] as const) {
      const weak = await personal(more);
      for (const [id, kind] of [
        [admin.id, "sign_in"],
        [ann.id, "invitation"],
      ] as const)
        expect(await make(id, weak, kind)).toMatchObject({
          status: 403,
          body: { message: expect.stringMatching(words) },
        });
    }
    expect((await make(ann.id, await personal({ scopes: ["read_api"] }))).status).toBe(403);
    expect(await links()).toBe(before);
    expect((await make(ann.id, await personal({ scopes }))).status).toBe(201);
  });

  it("is for no bot, for no ghost, and for nobody who is blocked", async () => {
    const eva = await createUser(service, "eva");
    await service.root.post(`/users/${eva.id}/block`);
    const [ghost] = await rows<{ id: number }>("select id from users where user_type = 'ghost'");
    for (const kind of ["sign_in", "invitation"]) {
      for (const id of [robot.userId, ghost?.id ?? 0, eva.id])
        expect((await make(id, service.root, kind)).status).toBe(400);
    }
    expect((await make(eva.id)).body.message).toBe("eva is blocked: unblock them first");
  });

  it("signs in nobody who was blocked, or whose password was set, since it was made", async () => {
    const finn = await createUserWithPassword(service, "finn");
    const ends = [
      () => service.root.post(`/users/${finn.id}/block`),
      () => service.root.put(`/users/${finn.id}`, { password: "yet another password" }),
    ];
    for (const end of ends) {
      const secret = await linkFor(service, finn.id);
      await end();
      await service.root.post(`/users/${finn.id}/unblock`);
      await expect(redeemSignInLink(service.container, { secret, sender: elsewhere() })).rejects.toMatchObject({
        code: "unauthenticated",
      });
    }
  });

  it("is not the digest of one, nor the cookie of a session, and the cookie is no link", async () => {
    const secret = await linkFor(service, ann.id);
    const { secret: cookie } = await signIn(service, ann, { sender: elsewhere() });
    for (const other of [createHash("sha256").update(secret).digest("hex"), cookie])
      expect(await findSignInLink(service.container, other, elsewhere())).toBeUndefined();
    expect(await whoIs(service, secret)).toBeUndefined();
  });
});

describe("the secrets of sessions and links", () => {
  it("stand nowhere: not in the database, the log, the audit log or an event", async () => {
    const gus = await createUserWithPassword(service, "gus");
    const PASSWORD = "a password by invitation";
    const invitation = await linkFor(service, gus.id, "invitation");
    const accept = { secret: invitation, password: PASSWORD, sender: elsewhere() };
    const cookies = [(await redeemSignInLink(service.container, accept)).secret];
    const { body } = await service.root.post(`/users/${gus.id}/sign_in_links`, {});
    const sign_in = new URL(body.url).searchParams.get("token") ?? "";
    cookies.push((await redeemSignInLink(service.container, { secret: sign_in, sender: elsewhere() })).secret);
    const root = { username: "root", password: ROOT_PASSWORD };
    cookies.push((await signIn(service, root, { sender: elsewhere() })).secret);
    const unused = await linkFor(service, gus.id);
    for (const secret of cookies) expect(await whoIs(service, secret)).toBeDefined();
    await Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));

    const tables = await rows<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    const contents = await Promise.all(
      tables.map(async ({ name }) => JSON.stringify(await rows("select t::text as row from ?? t", [name]))),
    );
    const { body: events } = await service.root.get(`/users/${gus.id}/events`);
    const everywhere = [...contents, ...service.logLines, await service.auditText(), JSON.stringify(events)].join("\n");
    expect(everywhere).toContain("Firefox on Linux, 198.51.100.");
    for (const secret of [...cookies, sign_in, invitation, unused, PASSWORD]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(everywhere).not.toContain(secret);
    }
    // Nor is the digest where people look.
    const looked = [...service.logLines, await service.auditText(), JSON.stringify(events)].join("\n");
    for (const secret of [...cookies, sign_in, invitation])
      expect(looked).not.toContain(createHash("sha256").update(secret).digest("hex"));
  });

  it("leave a line of the audit log each time that one begins or ends", async () => {
    const hal = await createUserWithPassword(service, "hal");
    const lines = await service.linesOf(async () => {
      await redeemSignInLink(service.container, { secret: await linkFor(service, hal.id), sender: elsewhere() });
      await service.root.post(`/users/${hal.id}/block`);
    });
    expect(lines.map(({ event, action, target, actor }) => [event, action, target?.type, actor?.username])).toEqual([
      ["rights.changed", "created", "SignInLink", "root"],
      ["rights.changed", "signed_in", "Session", "hal"],
      ["rights.changed", "session_ended", "Session", "root"],
      ["rights.changed", "blocked", "User", "root"],
    ]);
    expect(lines[1]?.["address"]).toMatch(/^198\.51\.100\./);
  });
});
