import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticateSshKey, identifySshKey } from "../../../src/authentication/authenticate-ssh-key.ts";
import { FakeClock } from "../../support/clock.ts";
import { addHumanKey } from "../../support/human-key.ts";
import { newPublicKey } from "../../support/public-key.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  rotateProjectAccessToken,
  type User,
} from "../../support/world.ts";

const clock = new FakeClock();
let service: TestService;
let olga: User;
let project: number;

beforeAll(async () => {
  service = await startTestService({ clock });
  await enableProjectAccessTokens(service);
  olga = await createUser(service, "olga");
  project = await createOwnProject(olga, "app");
});
afterAll(() => service.stop());

function presented(line: string) {
  const [type = "", base64 = ""] = line.split(" ");
  return { type, bytes: Buffer.from(base64, "base64") };
}
const sender = { address: "192.0.2.7", client: "OpenSSH_9.2p1" };
const authenticate = (line: string, address = sender.address) =>
  authenticateSshKey(service.container, presented(line), { ...sender, address });

async function keyOfRobot(more = {}) {
  const robot = await createProjectAccessToken(service, project, {
    ...{ by: olga, scopes: ["api", "read_repository"], access_level: 30, ...more },
  });
  const line = newPublicKey();
  const { status, body } = await robot.client.post("/user/keys", { title: "runner", key: line });
  expect(status).toBe(201);
  return { ...robot, line, keyId: body.id as number };
}

describe("an SSH key", () => {
  it("of a human signs them in, with the Git scopes alone", async () => {
    const line = newPublicKey();
    await addHumanKey(service, olga, line);
    const principal = await authenticate(line);
    expect(principal).toMatchObject({ kind: "user", userId: olga.id, tokenId: null });
    expect([...principal.scopes]).toEqual(["read_repository", "write_repository"]);
  });

  it("of an access token signs its bot in, as that token may", async () => {
    const { line, id, userId } = await keyOfRobot();
    const principal = await authenticate(line);
    expect(principal).toMatchObject({ kind: "bot", userId, tokenId: id, project: { id: project, accessLevel: 30 } });
    expect([...principal.scopes]).toEqual(["read_repository"]);
  });

  it("that nobody added signs nobody in, nor does one under the name of another type", async () => {
    const { line } = await keyOfRobot();
    await expect(authenticate(newPublicKey())).rejects.toThrow("the SSH key is not known");
    await expect(authenticate(line.replace("ssh-ed25519 ", "ssh-rsa "))).rejects.toThrow("the SSH key is not known");
  });

  it("is accepted from its token's addresses alone", async () => {
    const { line } = await keyOfRobot({ ip_allow_list: ["10.0.0.0/8", "127.0.0.1"] });
    expect(await authenticate(line, "10.1.2.3")).toMatchObject({ kind: "bot" });
    await expect(authenticate(line)).rejects.toThrow(/not accepted from 192\.0\.2\.7/);
  });

  it("ends with its deletion, and with the revocation of its token", async () => {
    const [deleted, revoked] = [await keyOfRobot(), await keyOfRobot()];
    await deleted.client.delete(`/user/keys/${deleted.keyId}`);
    await olga.client.delete(`/projects/${project}/access_tokens/${revoked.id}`);
    for (const { line } of [deleted, revoked]) await expect(authenticate(line)).rejects.toThrow("not known");
  });

  it("ends with its token's rotation, at once or after the grace", async () => {
    const [atOnce, later] = [await keyOfRobot(), await keyOfRobot()];
    await rotateProjectAccessToken(service, olga.client, project, atOnce.id);
    await rotateProjectAccessToken(service, olga.client, project, later.id, { grace_period: 60 });
    await expect(authenticate(atOnce.line)).rejects.toThrow(/revoked/);
    expect(await authenticate(later.line)).toMatchObject({ tokenId: later.id });
    clock.advance({ seconds: 60 });
    await expect(authenticate(later.line)).rejects.toThrow(/revoked/);
  });

  it("ends with its own date, and with its token's", async () => {
    const own = newPublicKey();
    await addHumanKey(service, olga, own, "2026-11-03");
    const ofToken = await keyOfRobot({ expires_at: "2026-11-03" });
    // Where a token is given an earlier end by hand, its keys have that too.
    await service.container.database
      .em()
      .execute("update ssh_keys set expires_at = null where id = ?", [ofToken.keyId]);
    expect(await authenticate(own)).toMatchObject({ userId: olga.id });
    expect(await authenticate(ofToken.line)).toMatchObject({ tokenId: ofToken.id });
    clock.set(new Date("2026-11-03T00:00:00Z"));
    await expect(authenticate(own)).rejects.toThrow(/The SSH key is expired: it expired on 2026-11-03/);
    await expect(authenticate(ofToken.line)).rejects.toThrow(/Token is expired/);
  });

  it("is refused while its user is blocked", async () => {
    const bob = await createUser(service, "bob");
    const line = newPublicKey();
    await addHumanKey(service, bob, line);
    await service.root.post(`/users/${bob.id}/block`);
    await expect(authenticate(line)).rejects.toThrow("not known");
    await service.root.post(`/users/${bob.id}/unblock`);
    expect(await authenticate(line)).toMatchObject({ userId: bob.id });
  });

  it("has its last use noted, and its token's; to be offered is no use", async () => {
    const { line, id, client, keyId } = await keyOfRobot();
    const flush = () => Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));
    const lastUses = async () => {
      const [row] = await service.container.database
        .em()
        .execute(
          "select k.last_used_at as key, last_used_client as token from ssh_keys k, access_tokens t where k.id = ? and t.id = ?",
          [keyId, id],
        );
      return row;
    };
    await identifySshKey(service.container, presented(line), sender);
    await flush();
    expect(await lastUses()).toMatchObject({ key: null });
    clock.advance({ minutes: 2 });
    await authenticate(line);
    await flush();
    expect(await lastUses()).toMatchObject({ token: sender.client });
    expect((await client.get(`/user/keys/${keyId}`)).body.last_used_at).toBe(clock.now().toISOString());
  });
});
