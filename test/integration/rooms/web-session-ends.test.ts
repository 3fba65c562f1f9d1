import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeOwnPassword } from "../../../src/authentication/change-own-password.ts";
import { endOtherSignIns, endOwnWebSession } from "../../../src/authentication/end-own-web-sessions.ts";
import { signOut } from "../../../src/authentication/sign-out.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { browserAt, linkFor, mustBeSignedIn, sessionEvents, signIn, whoIs } from "../../support/web-session.ts";
import { createUserWithPassword, type UserWithPassword } from "../../support/world.ts";

let service: TestService;
let rootId: number;
beforeAll(async () => {
  service = await startTestService();
  rootId = (await service.root.get("/user")).body.id;
});
afterAll(() => service.stop());

const rows = <Row>(sql: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(sql, values);
const NEW = "a new long password";
const HERE = "Firefox on Linux, 10.4.2.17";
const THERE = "Firefox on Linux, 192.0.2.7";

/** Two sessions of a new user, the second from elsewhere, and a sign-in link for them. */
async function signedInTwice(username: string) {
  const user = await createUserWithPassword(service, username);
  const [here, there] = [await signIn(service, user), await signIn(service, user, { sender: browserAt("192.0.2.7") })];
  return { user, here, there, link: await linkFor(service, user.id) };
}

/** Those of the cookies that sign somebody in. */
async function living(...sessions: readonly { secret: string }[]): Promise<boolean[]> {
  return await Promise.all(sessions.map(async ({ secret }) => (await whoIs(service, secret)) !== undefined));
}
const linksOf = ({ id }: UserWithPassword) => rows("select from sign_in_links where user_id = ?", [id]);

/** What root did about sessions since some work began. */
async function byRoot(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await sessionEvents(service, rootId)).length;
  await work();
  return (await sessionEvents(service, rootId)).slice(before);
}

describe("a web session ends for the next request", () => {
  it("by signing out, which is another event than being ended, and has the address", async () => {
    const { user, here, there } = await signedInTwice("ann");
    const session = await mustBeSignedIn(service, here.secret);
    await signOut(service.container, { session, sender: browserAt("198.51.100.1") });
    expect(await living(here, there)).toEqual([false, true]);
    await signOut(service.container, { session, sender: browserAt() });
    const { body } = await user.client.get("/events?action=signed_out");
    expect(body).toMatchObject([{ target_id: session.id, target_title: HERE, address: "198.51.100.1" }]);
  });

  it("by its user, from any of theirs: one, or all others, and with those their sign-ins to registries", async () => {
    const { user, here, there } = await signedInTwice("ben");
    await postForm(service, {
      grant_type: "password",
      access_type: "offline",
      username: "ben",
      password: user.password,
    });
    const registrySignIns = async () => (await user.client.get("/user/refresh_tokens")).body.length;
    const third = await signIn(service, user);
    const session = await mustBeSignedIn(service, here.secret);
    await endOwnWebSession(service.container, { session, sessionId: there.session.id });
    expect([await living(here, there, third), await registrySignIns()]).toEqual([[true, false, true], 1]);
    await endOtherSignIns(service.container, { session });
    expect([await living(here, third), await registrySignIns()]).toEqual([[true, false], 0]);
    await endOtherSignIns(service.container, { session });
    const ends = [`session_ended ${THERE}`, `session_ended ${HERE}`];
    expect((await sessionEvents(service, user.id)).slice(3)).toEqual(ends);
    const { body } = await user.client.get("/events?action=session_ended");
    expect(body).toMatchObject([{ address: null }, { address: null }]);
  });

  it("by nobody else: another's is not there, as one that does not exist", async () => {
    const [cleo, dan] = [await signedInTwice("cleo"), await signedInTwice("dan")];
    const session = await mustBeSignedIn(service, dan.here.secret);
    for (const sessionId of [cleo.here.session.id, 123_456])
      await expect(endOwnWebSession(service.container, { session, sessionId })).rejects.toMatchObject({
        code: "not_found",
        message: "there is no such session",
      });
    await endOtherSignIns(service.container, { session });
    expect(await living(cleo.here, cleo.there)).toEqual([true, true]);
  });

  it("when its user is blocked, with their links, and comes back with no unblocking", async () => {
    const { user, here, there } = await signedInTwice("eva");
    expect(await byRoot(() => service.root.post(`/users/${user.id}/block`))).toEqual([
      `session_ended ${HERE}`,
      `session_ended ${THERE}`,
    ]);
    expect([await living(here, there), await linksOf(user)]).toEqual([[false, false], []]);
    await service.root.post(`/users/${user.id}/unblock`);
    expect(await living(here, there)).toEqual([false, false]);
  });

  it("when its user is deleted, with their links", async () => {
    const { user, here, there } = await signedInTwice("finn");
    const ended = await byRoot(() => service.root.delete(`/users/${user.id}`));
    expect(ended).toEqual([`session_ended ${HERE}`, `session_ended ${THERE}`]);
    expect([await living(here, there), await linksOf(user)]).toEqual([[false, false], []]);
    expect(await rows("select from web_sessions where user_id = ?", [user.id])).toEqual([]);
  });

  it("when an administrator sets the password, or its user does with an access token", async () => {
    const { user, here, there } = await signedInTwice("gus");
    const ended = await byRoot(() => service.root.put(`/users/${user.id}`, { password: NEW }));
    expect(ended).toEqual([`session_ended ${HERE}`, `session_ended ${THERE}`]);
    expect([await living(here, there), await linksOf(user)]).toEqual([[false, false], []]);
    const again = await signIn(service, { username: "gus", password: NEW });
    await user.client.put("/user/password", { current_password: NEW, password: user.password });
    expect(await living(again)).toEqual([false]);
  });

  it("with no other change to its user", async () => {
    const { user, here } = await signedInTwice("hal");
    await service.root.put(`/users/${user.id}`, { name: "Hal", email: "hal@example.org", admin: true });
    expect(await whoIs(service, here.secret)).toMatchObject({
      name: "Hal",
      email: "hal@example.org",
      principal: { admin: true },
    });
  });

  it("when its row was left behind by a change of the password or a block, whatever made that", async () => {
    const { user, here } = await signedInTwice("iris");
    const digest = "update users set password_digest = ? where id = ? returning id";
    const [row] = await rows<{ password_digest: string }>("select password_digest from users where id = ?", [user.id]);
    for (const other of [`${row?.password_digest}x`, null]) {
      await rows(digest, [other, user.id]);
      expect(await living(here)).toEqual([false]);
    }
    await rows(digest, [row?.password_digest, user.id]);
    expect(await living(here)).toEqual([true]);
    await rows("update users set state = 'blocked' where id = ? returning id", [user.id]);
    expect(await living(here)).toEqual([false]);
  });
});

describe("changing one's own password in a web session", () => {
  const change = async (session: { secret: string }, currentPassword: string, keepWebSession: number) =>
    await changeOwnPassword(service.container, {
      caller: (await mustBeSignedIn(service, session.secret)).principal,
      currentPassword,
      password: NEW,
      sender: browserAt(),
      keepWebSession,
    });

  it("ends all of them but that one, which goes on with the new password", async () => {
    const { user, here, there } = await signedInTwice("jan");
    await change(here, user.password, here.session.id);
    expect([await living(here, there), await linksOf(user)]).toEqual([[true, false], []]);
    expect((await sessionEvents(service, user.id)).slice(2)).toEqual([`session_ended ${THERE}`]);
    await service.root.put(`/users/${user.id}`, { password: "yet another password" });
    expect(await living(here)).toEqual([false]);
  });

  it("keeps no session of anybody else's", async () => {
    const [lea, mo] = [await signedInTwice("lea"), await signedInTwice("mo")];
    await change(lea.here, lea.user.password, mo.here.session.id);
    expect(await living(lea.here, lea.there, mo.here, mo.there)).toEqual([false, false, true, true]);
    expect(await signIn(service, { username: "lea", password: NEW })).toBeDefined();
  });

  it("ends none where the old password is wrong", async () => {
    const { here, there } = await signedInTwice("nils");
    await expect(change(here, "not the password", here.session.id)).rejects.toMatchObject({
      problems: [{ field: "currentPassword", message: "is wrong" }],
    });
    expect(await living(here, there)).toEqual([true, true]);
  });
});
