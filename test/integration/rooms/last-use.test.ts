import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { TokenScope } from "../../../src/principals/token-scope.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import { postForm } from "../../support/token-form.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../../support/world.ts";

let service: TestService;
let app: number;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.0/8" } });
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  await createProject(service, team, "open", { visibility: "public" });
});
beforeEach(() => service.clock.advance({ hours: 1 }));
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

type Row = Readonly<Record<string, unknown>>;
const rows = async (sql: string, values: unknown[] = []): Promise<Row[]> =>
  await service.container.database.em().execute(sql, values);
const time = (value: unknown) => (value === null ? null : new Date(String(value)).toISOString());
const flush = () => service.container.lastUse.flush();
const robot = (...scopes: TokenScope[]) =>
  createProjectAccessToken(service, app, scopes.length === 0 ? {} : { scopes });

/** When each scope of a token was last used, as it is stored. */
async function scopeUses(id: number): Promise<Record<string, string>> {
  await flush();
  const found = await rows("select scope, last_used_at from access_token_scope_uses where access_token_id = ?", [id]);
  return Object.fromEntries(found.map(({ scope, last_used_at }) => [scope, time(last_used_at)]));
}

/** What is stored of a token's last use, after what was noted of it is written. */
async function lastUse(id: number) {
  await flush();
  const [row] = await rows("select last_used_at, last_used_ips, last_used_client from access_tokens where id = ?", [
    id,
  ]);
  return { at: time(row?.["last_used_at"]), ips: row?.["last_used_ips"], client: row?.["last_used_client"] };
}

const now = () => service.clock.now().toISOString();
const pull = (name: string) => [`repository:${name}:pull`];
const from = (address: string, client = "test") => ({ address, client });
const used = (id: number, address = "192.0.2.1", scopes: TokenScope[] = []) =>
  service.container.lastUse.used(id, scopes, from(address));

describe("the last use of a scope, in the registry", () => {
  it("is when something was granted by it, and of no other", async () => {
    const { id, secret } = await robot("read_registry", "write_registry", "delete_registry");
    const ask = (scope: string) => requestToken(service, { password: secret, scopes: [`repository:${scope}`] });
    expect((await ask("team/app:pull")).access).toEqual(["team/app pull"]);
    const first = now();
    expect(await scopeUses(id)).toEqual({ read_registry: first });
    service.clock.advance({ minutes: 1 });
    expect((await ask("team/app/image:push")).access).toEqual(["team/app/image push"]);
    const second = now();
    expect(await scopeUses(id)).toEqual({ read_registry: first, write_registry: second });
    service.clock.advance({ minutes: 1 });
    expect((await ask("team/app:*")).access).toEqual(["team/app pull,push,delete"]);
    const third = now();
    expect(await scopeUses(id)).toEqual({ read_registry: third, write_registry: third, delete_registry: third });
  });

  it("is not what was refused, nor a pull that everybody has, nor a login that asks for nothing", async () => {
    const { id, secret } = await robot("read_registry");
    for (const scopes of [["repository:team/app:push"], pull("team/open"), pull("team/missing"), []])
      expect((await requestToken(service, { password: secret, scopes })).status).toBe(200);
    expect(await scopeUses(id)).toEqual({});
    expect(await lastUse(id)).toMatchObject({ at: now() });
  });

  it("is that of the catalog for an administrator's token", async () => {
    const root: number = (await service.root.get("/user")).body.id;
    const secret = await createPersonalAccessToken(service, root, ["read_registry", "write_registry"]);
    const { body } = await service.root.get(`/personal_access_tokens?user_id=${root}&sort=desc`);
    expect((await requestToken(service, { password: secret, scopes: ["registry:catalog:*"] })).access).toHaveLength(1);
    expect(await scopeUses(body[0].id)).toEqual({ read_registry: now() });
  });

  it("counts an answer from memory as the first", async () => {
    const { id, secret } = await robot("read_registry", "write_registry");
    service.clock.advance({ minutes: 1 });
    const question = { password: secret, scopes: ["repository:team/app:pull,push"] };
    service.clock.set(new Date(`${now().slice(0, 17)}55.000Z`));
    used(id);
    await flush();
    service.clock.advance({ seconds: 57 });
    const first = await requestToken(service, question);
    service.clock.advance({ seconds: 5 });
    const again = await requestToken(service, question);
    expect(again.claims.jti).toBe(first.claims.jti);
    expect(await scopeUses(id)).toEqual({ read_registry: now(), write_registry: now() });
  });
});

describe("the last use of a scope, at the API", () => {
  it("is that of the narrowest that allows the call", async () => {
    const [both, wide, self] = [await robot("api", "read_api"), await robot("api"), await robot("api", "self_rotate")];
    const start = now();
    await both.client.get("/user");
    await wide.client.get("/user");
    expect([await scopeUses(both.id), await scopeUses(wide.id)]).toEqual([{ read_api: start }, { api: start }]);
    service.clock.advance({ minutes: 1 });
    expect((await both.client.put(`/projects/${app}`, { description: "told" })).status).toBe(200);
    expect(await scopeUses(both.id)).toEqual({ read_api: start, api: now() });
    expect((await self.client.post("/personal_access_tokens/self/rotate")).status).toBe(200);
    expect(await scopeUses(self.id)).toEqual({ self_rotate: now() });
  });

  it("is none where no scope allows the call, though the token was used", async () => {
    const reader = await robot("read_api");
    expect((await reader.client.put(`/projects/${app}`, { description: "no" })).status).toBe(403);
    expect(await scopeUses(reader.id)).toEqual({});
    expect(await lastUse(reader.id)).toMatchObject({ at: now() });
  });
});

describe("the last use of a token", () => {
  const call = (token: ProjectAccessToken, address: string, client = "test") =>
    token.client.call("GET", "/user", undefined, { "X-Forwarded-For": address, "User-Agent": client });

  it("tells the last five addresses, distinct, the latest first, at the API and in the registry", async () => {
    const token = await robot("read_api");
    await call(token, "192.0.2.1");
    await call(token, "::ffff:192.0.2.1");
    await call(token, "2001:DB8::1");
    const authorization = `Basic ${Buffer.from(`x:${token.secret}`).toString("base64")}`;
    const headers = { authorization, "X-Forwarded-For": "192.0.2.3" };
    await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers });
    expect((await lastUse(token.id)).ips).toEqual(["192.0.2.3", "2001:db8::1", "192.0.2.1"]);
    for (const last of [4, 5, 6, 1]) {
      service.clock.advance({ minutes: 1 });
      await call(token, `192.0.2.${last}`);
      await flush();
    }
    const ips = ["192.0.2.1", "192.0.2.6", "192.0.2.5", "192.0.2.4", "192.0.2.3"];
    expect((await lastUse(token.id)).ips).toEqual(ips);
    const { body } = await service.root.get(`/projects/${app}/access_tokens/${token.id}`);
    expect(body.last_used_ips).toEqual(ips);
    expect((await token.client.get("/personal_access_tokens/self")).body.last_used_ips).toEqual(ips);
  });

  it("tells a new address within the minute, with its moment; one that is known waits for the next minute", async () => {
    const { id } = await robot();
    used(id, "192.0.2.1");
    used(id, "192.0.2.2");
    expect((await lastUse(id)).ips).toEqual(["192.0.2.2", "192.0.2.1"]);
    service.clock.advance({ seconds: 20 });
    const third = now();
    used(id, "192.0.2.3");
    expect(await lastUse(id)).toMatchObject({ at: third, ips: ["192.0.2.3", "192.0.2.2", "192.0.2.1"] });
    service.clock.advance({ seconds: 20 });
    used(id, "192.0.2.1");
    expect(await lastUse(id)).toMatchObject({ at: third, ips: ["192.0.2.3", "192.0.2.2", "192.0.2.1"] });
    service.clock.advance({ seconds: 20 });
    used(id, "192.0.2.1");
    expect(await lastUse(id)).toMatchObject({ at: third });
    service.clock.advance({ seconds: 60 });
    used(id, "192.0.2.1");
    expect(await lastUse(id)).toMatchObject({ at: now(), ips: ["192.0.2.1", "192.0.2.3", "192.0.2.2"] });
  });

  it("tells no address of who has none", async () => {
    const { id } = await robot();
    used(id, "");
    expect(await lastUse(id)).toEqual({ at: now(), ips: null, client: "test" });
    expect((await service.root.get(`/projects/${app}/access_tokens/${id}`)).body.last_used_ips).toEqual([]);
  });

  it("tells what the client calls itself: its User-Agent, or else its client_id", async () => {
    const token = await robot("read_api");
    await call(token, "192.0.2.1", "docker/27.1 go/1.21");
    expect((await lastUse(token.id)).client).toBe("docker/27.1 go/1.21");
    service.clock.advance({ minutes: 1 });
    const form = { grant_type: "password", username: "x", password: token.secret, client_id: "containerd-client" };
    await postForm(service, form, { "User-Agent": "" });
    expect((await lastUse(token.id)).client).toBe("containerd-client");
    service.clock.advance({ minutes: 1 });
    await postForm(service, form, { "User-Agent": "containerd/1.7" });
    expect((await lastUse(token.id)).client).toBe("containerd/1.7");
  });

  it.each([
    ["is cut short", "x".repeat(100_000), "x".repeat(255)],
    ["is cut within a character of two halves", `${"x".repeat(254)}😀`, "x".repeat(254)],
    ["loses what upsets a terminal or the database", "\0do\u001b[31mck\u0085er\u202e \ud800/1\n", "do[31mcker /1"],
    ["may say nothing", " \u200b ", null],
    ["may not be there", undefined, null],
  ])("tells of a client whose name %s", async (_, sent, stored) => {
    const { id } = await robot();
    service.container.lastUse.used(id, [], { address: "192.0.2.1", client: sent });
    expect(await lastUse(id)).toEqual({ at: now(), ips: ["192.0.2.1"], client: stored });
  });

  it("does not move the authorization epoch", async () => {
    const { id } = await robot();
    const epoch = () => service.container.authorizationEpoch.confirm();
    const before = await epoch();
    service.container.lastUse.used(id, ["read_registry"], from("192.0.2.9"));
    expect(await lastUse(id)).toMatchObject({ at: now() });
    expect(await epoch()).toBe(before);
  });

  it("of one that is gone keeps nobody else's from being written", async () => {
    const [gone, here] = [await robot(), await robot()];
    for (const id of [gone.id, here.id, 2_000_000_000]) used(id, "192.0.2.1", ["read_api"]);
    await rows("delete from access_tokens where id = ?", [gone.id]);
    expect(await scopeUses(here.id)).toEqual({ read_api: now() });
    expect(await rows("select 1 from access_token_scope_uses where access_token_id = ?", [gone.id])).toEqual([]);
    used(here.id, "192.0.2.1", ["read_api"]);
    await rows("delete from access_tokens where id = ?", [here.id]);
    await flush();
    expect(await rows("select 1 from access_token_scope_uses where access_token_id = ?", [here.id])).toEqual([]);
  });
});

describe("a pause of a token", () => {
  const pauses = async (id: number) => {
    await flush();
    const found = await rows(
      "select ended_at, seconds from access_token_pauses where access_token_id = ? order by ended_at",
      [id],
    );
    return found.map(({ ended_at, seconds }) => [time(ended_at), seconds]);
  };

  it("is recorded at the use that ends it, when it took 12 hours or more; before the first use there is none", async () => {
    const { id } = await robot();
    service.clock.advance({ days: 5 });
    used(id);
    expect(await pauses(id)).toEqual([]);
    service.clock.advance({ hours: 12, seconds: -1 });
    used(id);
    expect(await pauses(id)).toEqual([]);
    service.clock.advance({ hours: 12 });
    used(id);
    const first = [now(), 12 * 3600];
    expect(await pauses(id)).toEqual([first]);
    service.clock.advance({ hours: 20 });
    used(id);
    const second = [now(), 20 * 3600];
    service.clock.advance({ minutes: 2 });
    used(id);
    expect(await pauses(id)).toEqual([first, second]);
  });

  it("is forgotten 30 days after its end", async () => {
    const { id } = await robot();
    used(id);
    await flush();
    service.clock.advance({ days: 1 });
    used(id);
    expect(await pauses(id)).toHaveLength(1);
    service.clock.advance({ days: 30, seconds: -1 });
    const other = await robot();
    used(other.id);
    expect(await pauses(id)).toHaveLength(1);
    service.clock.advance({ minutes: 1 });
    used(other.id);
    expect(await pauses(id)).toEqual([]);
  });

  it("longer than a lifetime does no harm", async () => {
    const { id } = await robot();
    await rows("update access_tokens set last_used_at = '0900-01-01' where id = ?", [id]);
    used(id);
    expect(await pauses(id)).toEqual([[now(), 2_147_483_647]]);
  });
});

describe("writing what was noted", () => {
  it("takes one statement for a million uses of a hundred tokens in a minute, and none where nothing was noted", async () => {
    const { userId } = await robot();
    const ids = (
      await rows(
        `insert into access_tokens (created_at, user_id, name, scopes, digest, last_four, created_by_id, family)
         select now(), ?, 'many', '{api}', 'digest ' || n, 'four', ?, 'family ' || n from generate_series(1, 100) as n
         returning id`,
        [userId, userId],
      )
    ).map(({ id }) => Number(id));
    await flush();
    const sentBy = await watchStatements(service);
    const sent = await sentBy(async () => {
      for (let second = 0; second < 60; second += 5) {
        service.clock.advance({ seconds: 5 });
        for (let use = 0; use < 1_000_000 / 12; use += 1)
          used(ids[use % 100] ?? 0, `192.0.2.${use % 7}`, [use % 3 === 0 ? "api" : "read_api"]);
        await flush();
      }
    });
    vi.restoreAllMocks();
    expect(sent).toHaveLength(1);
    const found = await rows(
      "select count(*)::int as number, min(last_used_at) = max(last_used_at) as same from access_tokens where name = 'many'",
    );
    expect(found).toEqual([{ number: 100, same: true }]);
    expect(
      await rows("select count(*)::int as number from access_token_scope_uses where access_token_id = any(?::int[])", [
        `{${ids.join(",")}}`,
      ]),
    ).toEqual([{ number: 200 }]);
  });

  it("that fails is made up for: nothing is lost that was used before, meanwhile or after", async () => {
    const [one, other] = [await robot(), await robot()];
    used(one.id, "192.0.2.1", ["read_api"]);
    await flush();
    service.clock.advance({ days: 1 });
    const [ended, begun] = [now(), (await lastUse(one.id)).at];
    const { database } = service.container;
    used(one.id, "192.0.2.2", ["read_api"]);
    const away = vi.spyOn(database, "query").mockImplementationOnce(() => {
      service.clock.advance({ minutes: 2 });
      used(one.id, "192.0.2.3", ["api"]);
      used(other.id);
      return Promise.reject(new Error("away"));
    });
    await expect(flush()).rejects.toThrow("away");
    away.mockRestore();
    expect(begun).not.toBe(ended);
    expect(await lastUse(one.id)).toMatchObject({ at: now(), ips: ["192.0.2.3", "192.0.2.2", "192.0.2.1"] });
    expect(await scopeUses(one.id)).toEqual({ read_api: ended, api: now() });
    expect(await lastUse(other.id)).toMatchObject({ at: now() });
    const pauses = await rows("select ended_at, seconds from access_token_pauses where access_token_id = ?", [one.id]);
    expect(pauses.map(({ ended_at }) => time(ended_at))).toEqual([ended]);
  });

  it("takes 5,000 tokens at most, however long it fails; those beyond are noted when there is room", async () => {
    const { id } = await robot();
    await flush();
    const query = vi.spyOn(service.container.database, "query").mockRejectedValue(new Error("away"));
    for (let round = 0; round < 3; round += 1) {
      for (let token = 0; token < 4_000; token += 1) used(1_000_000_000 + round * 4_000 + token);
      await expect(flush()).rejects.toThrow("away");
    }
    used(id);
    query.mockClear();
    query.mockResolvedValue([]);
    await flush();
    expect(JSON.parse(String(query.mock.calls[0]?.[1][0]))).toHaveLength(5_000);
    query.mockRestore();
    expect((await lastUse(id)).at).toBeNull();
    used(id);
    expect((await lastUse(id)).at).toBe(now());
  });
});
