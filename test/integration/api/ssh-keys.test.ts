import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepSshKeys } from "../../../src/ssh-keys/sweep-ssh-keys.ts";
import type { ApiClient } from "../../support/api-client.ts";
import { FakeClock } from "../../support/clock.ts";
import { newPublicKey } from "../../support/public-key.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createOwnProject,
  createPersonalAccessToken,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  rotateProjectAccessToken,
  type User,
} from "../../support/world.ts";

const clock = new FakeClock();
let service: TestService;
let olga: User;
let otto: User;
let project: number;

beforeAll(async () => {
  service = await startTestService({ clock });
  await enableProjectAccessTokens(service);
  olga = await createUser(service, "olga");
  otto = await createUser(service, "otto");
  project = await createOwnProject(olga, "app");
});
afterAll(() => service.stop());

const robot = (more = {}) =>
  createProjectAccessToken(service, project, { by: olga, scopes: ["api", "write_repository"], ...more });
const add = (client: ApiClient, more = {}) =>
  client.post("/user/keys", { title: "laptop", key: newPublicKey(), ...more });
const titles = async (client: ApiClient, path = "/user/keys") =>
  (await client.get(path)).body.map(({ title }: { title: string }) => title);
const keyEvents = async (client: ApiClient, path: string) =>
  (await client.get(`${path}?target_type=key`)).body.map(
    (event: { action_name: string; target_title: string; author_username: string }) =>
      `${event.author_username} ${event.action_name} ${event.target_title}`,
  );
const TAKEN = { status: 400, body: { message: { fingerprint_sha256: ["has already been taken"] } } };

describe("POST /user/keys", () => {
  it("adds a key that belongs to the access token of the request, with GitLab's fields", async () => {
    const key = newPublicKey();
    const { id: tokenId } = (await olga.client.get("/personal_access_tokens/self")).body;
    const answer = await olga.client.post("/user/keys", {
      ...{ title: "laptop", key: `${key} olga@laptop`, expires_at: "2027-05-05", usage_type: "auth_and_signing" },
    });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toEqual({
      id: expect.any(Number),
      title: "laptop",
      key,
      created_at: clock.now().toISOString(),
      expires_at: "2027-05-05T00:00:00.000Z",
      usage_type: "auth",
      last_used_at: null,
      fingerprint_sha256: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
      access_token_id: tokenId,
    });
    expect(await olga.client.get(`/user/keys/${answer.body.id}`)).toMatchObject({ status: 200, body: answer.body });
  });

  it("takes the end as a moment too: the key ends with the beginning of that day, never later", async () => {
    const { body } = await add(olga.client, { expires_at: "2027-05-05T23:30:00+02:00" });
    expect(body.expires_at).toBe("2027-05-05T00:00:00.000Z");
    expect((await add(olga.client, { expires_at: "2026-11-02T23:00:00Z" })).body.error).toMatch(
      /not a date after today/,
    );
  });

  it("takes a key once in the instance, whosever it is", async () => {
    const key = newPublicKey();
    expect((await add(olga.client, { key })).status).toBe(201);
    for (const client of [olga.client, otto.client, service.root, (await robot()).client])
      expect(await add(client, { key: `${key} another comment` })).toMatchObject(TAKEN);
  });

  it("takes it once when it is sent twice at the same time", async () => {
    const key = newPublicKey();
    const statuses = (await Promise.all([olga, otto, olga, otto].map(({ client }) => add(client, { key })))).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([201, 400, 400, 400]);
  });

  it("refuses what is no public key, naming the field and the form, and repeats nothing of it", async () => {
    const secret = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ";
    const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----\n`;
    const { status, body } = await add(olga.client, { key: pem });
    expect(status).toBe(400);
    expect(body.error).toMatch(/^key is invalid: its value is a private key, which others may know now/);
    expect(JSON.stringify(body)).not.toContain(secret);
    const dsa = await add(olga.client, { key: "ssh-dss AAAAB3NzaC1kc3M=" });
    expect(dsa.body).toEqual({
      error: "key is invalid: its value is a DSA key, and these can be forged: make one with `ssh-keygen -t ed25519`",
    });
    for (const [name, body] of [
      ["title", { title: " " }],
      ["title", { title: "x".repeat(256) }],
      ["key", { key: undefined }],
      ["key", { key: "A".repeat(9000) }],
      ["usage_type", { usage_type: "signing" }],
      ["expires_at", { expires_at: "tomorrow" }],
    ] as const)
      expect(await add(olga.client, body)).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining(name) },
      });
  });

  it("refuses an access token without a Git scope, and one that only reads", async () => {
    const registry = await createPersonalAccessToken(service, olga.id, ["api", "write_registry"]);
    expect(await add(service.as(registry))).toMatchObject({
      status: 403,
      body: { message: expect.stringMatching(/neither read_repository nor write_repository/) },
    });
    const reader = await createPersonalAccessToken(service, olga.id, ["read_api", "write_repository"]);
    expect(await add(service.as(reader))).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
  });

  it("lets a key end with its token at the latest", async () => {
    const { client } = await robot({ expires_at: "2026-12-01" });
    expect((await add(client)).body.expires_at).toBe("2026-12-01T00:00:00.000Z");
    expect((await add(client, { expires_at: "2026-12-02" })).body.error).toMatch(
      /^expires_at is invalid: "2026-12-02" is later than 2026-12-01, when this request's access token ends itself/,
    );
  });

  it("takes 100 keys of a user, and then says that one is to be deleted", async () => {
    const { client } = await createUser(service, "many");
    for (let count = 0; count < 100; count += 1) expect((await add(client)).status).toBe(201);
    expect(await add(client)).toMatchObject({ status: 400, body: { message: expect.stringMatching(/100 SSH keys/) } });
    const [{ id }] = (await client.get("/user/keys")).body;
    await client.delete(`/user/keys/${id}`);
    expect((await add(client)).status).toBe(201);
  });
});

describe("GET and DELETE /user/keys", () => {
  it("are about one's own alone: another's are as missing", async () => {
    const ann = await createUser(service, "ann");
    const { id } = (await add(ann.client, { title: "first" })).body;
    await add(ann.client, { title: "second" });
    const list = await ann.client.get("/user/keys?per_page=1");
    expect(list.body).toMatchObject([{ title: "second" }]);
    expect(list.headers.get("x-total")).toBe("2");
    for (const client of [otto.client, service.root, (await robot()).client]) {
      expect(await client.get(`/user/keys/${id}`)).toMatchObject({
        status: 404,
        body: { message: "404 Key Not Found" },
      });
      expect(await client.delete(`/user/keys/${id}`)).toMatchObject({ status: 404 });
    }
    expect((await ann.client.delete(`/user/keys/${id}`)).status).toBe(204);
    expect((await ann.client.delete(`/user/keys/${id}`)).status).toBe(404);
    expect(await titles(ann.client)).toEqual(["second"]);
    expect(await keyEvents(ann.client, "/events")).toEqual([
      "ann destroyed first",
      "ann created second",
      "ann created first",
    ]);
  });

  it("are the bot's with a project access token, and its events are the project's", async () => {
    const { client, userId } = await robot();
    await add(client, { title: "runner" });
    expect(await titles(client)).toEqual(["runner"]);
    const { username } = (await service.root.get(`/users/${userId}`)).body;
    expect(await keyEvents(olga.client, `/projects/${project}/events`)).toContain(`${username} created runner`);
  });
});

describe("/users/:id/keys", () => {
  it("lists and deletes for administrators alone, bots' too", async () => {
    const { client, userId } = await robot();
    const { id } = (await add(client, { title: "of a bot" })).body;
    expect(await titles(service.root, `/users/${userId}/keys`)).toEqual(["of a bot"]);
    for (const each of [olga.client, client]) {
      expect((await each.get(`/users/${userId}/keys`)).status).toBe(403);
      expect((await each.delete(`/users/${userId}/keys/${id}`)).status).toBe(403);
    }
    expect((await service.root.delete(`/users/${otto.id}/keys/${id}`)).status).toBe(404);
    expect((await service.root.delete(`/users/${userId}/keys/${id}`)).status).toBe(204);
    expect((await service.root.get("/users/2000000000/keys")).status).toBe(404);
  });
});

describe("the end of an SSH key", () => {
  const sweep = () => sweepSshKeys(service.container);

  it("comes with the bot of its token, and is an event of whoever revoked it", async () => {
    const { id, client } = await robot();
    const key = newPublicKey();
    await add(client, { title: "revoked runner", key });
    await olga.client.delete(`/projects/${project}/access_tokens/${id}`);
    expect(await keyEvents(olga.client, `/projects/${project}/events`)).toContain("olga destroyed revoked runner");
    expect((await add(olga.client, { key })).status).toBe(201);
  });

  it("comes with its user", async () => {
    const leaver = await createUser(service, "lea");
    const key = newPublicKey();
    await add(leaver.client, { title: "lea's", key });
    expect((await service.root.delete(`/users/${leaver.id}`)).status).toBe(204);
    expect((await service.root.get("/events?target_type=key")).body[0]).toMatchObject({
      action_name: "destroyed",
      target_title: "lea's",
    });
    expect((await add(otto.client, { key })).status).toBe(201);
  });

  it("comes with its personal token, whose next holder may add it again; the sweep records it", async () => {
    const ben = await createUser(service, "ben");
    const other = service.as(await createPersonalAccessToken(service, ben.id, ["api", "write_repository"]));
    const [kept, again] = [newPublicKey(), newPublicKey()];
    await add(other, { title: "swept" });
    await add(other, { title: "again", key: again });
    await add(ben.client, { title: "kept", key: kept });
    await other.delete("/personal_access_tokens/self");
    expect((await add(otto.client, { title: "otto's now", key: again })).status).toBe(201);
    expect(await add(otto.client, { key: kept })).toMatchObject(TAKEN);
    await sweep();
    expect(await titles(ben.client)).toEqual(["kept"]);
    expect((await keyEvents(ben.client, "/events")).slice(0, 2).sort()).toEqual([
      "ben expired again",
      "ben expired swept",
    ]);
  });

  it("comes with its date", async () => {
    const key = newPublicKey();
    const { id } = (await add(otto.client, { title: "short", key, expires_at: "2026-11-03" })).body;
    await sweep();
    expect((await otto.client.get(`/user/keys/${id}`)).status).toBe(200);
    clock.set(new Date("2026-11-03T00:00:00Z"));
    await sweep();
    expect((await otto.client.get(`/user/keys/${id}`)).status).toBe(404);
    expect((await keyEvents(otto.client, "/events"))[0]).toBe("otto expired short");
  });

  it("comes with a rotation without grace: what a thief of the secret added, ends too", async () => {
    const { id, client } = await robot();
    const key = newPublicKey();
    await add(client, { title: "before", key });
    const next = await rotateProjectAccessToken(service, olga.client, project, id);
    expect((await add(next.client, { title: "after", key })).status).toBe(201);
    expect(await titles(next.client)).toEqual(["after"]);
  });

  it("comes with the end of a grace, within which the key passes to the new token that adds it again", async () => {
    const { id, client } = await robot();
    const [moved, left] = [newPublicKey(), newPublicKey()];
    await add(client, { title: "moved", key: moved });
    await add(client, { title: "left", key: left });
    const next = await rotateProjectAccessToken(service, olga.client, project, id, { grace_period: 86_400 });
    expect(await add((await robot()).client, { key: moved })).toMatchObject(TAKEN);
    const again = await add(next.client, { title: "moved on", key: moved });
    expect(again).toMatchObject({ status: 201, body: { access_token_id: next.id } });
    // Not back: a token in grace takes nothing from the one that replaces it.
    expect(await add(client, { key: moved })).toMatchObject(TAKEN);
    await sweep();
    expect(await titles(next.client)).toEqual(["moved on", "left"]);
    clock.advance({ days: 1 });
    await sweep();
    expect(await titles(next.client)).toEqual(["moved on"]);
  });

  it("does not come with a block, which ends with an unblocking", async () => {
    const { id, client } = await createUser(service, "bob");
    await add(client, { title: "bob's" });
    await service.root.post(`/users/${id}/block`);
    await sweep();
    expect(await titles(service.root, `/users/${id}/keys`)).toEqual(["bob's"]);
  });
});
