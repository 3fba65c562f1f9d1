import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sweepRefreshTokens } from "../../../src/refresh-tokens/sweep-refresh-tokens.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { createUserWithPassword, type UserWithPassword } from "../../support/world.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** A new refresh token of a user's, as docker gets it. */
async function refreshTokenOf({ username, password }: UserWithPassword, on = service): Promise<string> {
  const form = { grant_type: "password", username, password, access_type: "offline", client_id: "docker" };
  return String((await postForm(on, form)).body["refresh_token"]);
}
const refresh = (secret: string, on = service) =>
  postForm(on, { grant_type: "refresh_token", refresh_token: secret, scope: "repository:team/app:pull" });
const listed = async ({ client }: UserWithPassword) => (await client.get("/user/refresh_tokens")).body;
const flush = (on = service) => Promise.all(on.container.deferredNotes.map((notes) => notes.flush()));

async function passDays(days: number, on = service): Promise<void> {
  on.clock.advance({ days });
  await on.container.signingKeys.refresh();
}

async function events({ client }: UserWithPassword): Promise<string[]> {
  const { body } = await client.get("/events?target_type=refresh_token&sort=asc");
  type Shown = { action_name: string; target_title: string };
  return body.map(({ action_name, target_title }: Shown) => `${action_name} ${target_title}`);
}
const named = (secret: string) => `docker, ends in ${secret.slice(-4)}`;

describe("a refresh token", () => {
  it("shows its last use, which is written off the request path", async () => {
    const hal = await createUserWithPassword(service, "hal");
    const secret = await refreshTokenOf(hal);
    expect(await listed(hal)).toMatchObject([{ last_used_at: null }]);
    const query = vi.spyOn(service.container.database, "query");
    expect((await refresh(secret)).status).toBe(200);
    expect(query.mock.calls.map(([{ name }]) => name)).toEqual(["find_refresh_token", "find_paths"]);
    query.mockRestore();
    await flush();
    expect(await listed(hal)).toMatchObject([{ last_used_at: service.clock.now().toISOString() }]);
  });

  it("ends after 30 days without use, in words for its bearer; the sweep removes it and records it", async () => {
    const ida = await createUserWithPassword(service, "ida");
    const secret = await refreshTokenOf(ida);
    for (const days of [29, 29]) {
      await passDays(days);
      await sweepRefreshTokens(service.container);
      expect((await refresh(secret)).status).toBe(200);
      await flush();
    }
    await passDays(30);
    const { status, body } = await refresh(secret);
    expect(status).toBe(401);
    expect(body["error_description"]).toMatch(/not used for 30 days.* sign in again/);
    expect(await listed(ida)).toHaveLength(1);
    await sweepRefreshTokens(service.container);
    expect(await listed(ida)).toEqual([]);
    expect((await refresh(secret)).body["error_description"]).toMatch(/not known/);
    expect(await events(ida)).toEqual([`created ${named(secret)}`, `expired ${named(secret)}`]);
  });

  it("ends after 180 days, however often it is used", async () => {
    const jan = await createUserWithPassword(service, "jan");
    const secret = await refreshTokenOf(jan);
    for (let passed = 0; passed < 180; passed += 20) {
      expect((await refresh(secret)).status).toBe(200);
      await flush();
      await passDays(20);
    }
    const { status, body } = await refresh(secret);
    expect(status).toBe(401);
    expect(body["error_description"]).toMatch(/older than 180 days.* sign in again/);
    await sweepRefreshTokens(service.container);
    expect(await listed(jan)).toEqual([]);
  });

  it("is bounded as the operator says", async () => {
    const environment = { KEYSIDE_REFRESH_TOKEN_IDLE_DAYS: "2", KEYSIDE_REFRESH_TOKEN_MAX_DAYS: "3" };
    const short = await startTestService({ environment });
    const secret = await refreshTokenOf(await createUserWithPassword(short, "ann"), short);
    await passDays(1, short);
    expect((await refresh(secret, short)).status).toBe(200);
    await flush(short);
    await passDays(1, short);
    expect((await refresh(secret, short)).status).toBe(200);
    await passDays(1, short);
    const tired = await refresh(secret, short);
    expect(tired.body["error_description"]).toMatch(/older than 3 days/);
    await short.stop();
  });

  it("is swept in batches, with a record of each", async () => {
    const lea = await createUserWithPassword(service, "lea");
    const secret = await refreshTokenOf(lea);
    await service.container.database.em().execute(
      `insert into refresh_tokens (created_at, user_id, service, digest, last_four, password_fingerprint)
       select created_at, user_id, service, digest || n, last_four, password_fingerprint
       from refresh_tokens, generate_series(1, 150) n where last_four = ? and user_id = ?`,
      [secret.slice(-4), lea.id],
    );
    await passDays(30);
    const swept = await Promise.all([sweepRefreshTokens(service.container), sweepRefreshTokens(service.container)]);
    expect(swept.reduce((one, other) => one + other)).toBeGreaterThanOrEqual(151);
    expect(await listed(lea)).toEqual([]);
    const { headers } = await lea.client.get("/events?target_type=refresh_token&action=expired");
    expect(headers.get("x-total")).toBe("151");
  });

  it("leaves a record of whatever ends it", async () => {
    const kim = await createUserWithPassword(service, "kim");
    const one = await refreshTokenOf(kim);
    const two = await refreshTokenOf(kim);
    const [newest] = await listed(kim);
    await kim.client.delete(`/user/refresh_tokens/${newest.id}`);
    expect(await events(kim)).toEqual([`created ${named(one)}`, `created ${named(two)}`, `revoked ${named(two)}`]);
    const byRoot = async () => {
      const { body } = await service.root.get("/events?target_type=refresh_token&action=revoked");
      return body.map(({ target_title }: { target_title: string }) => target_title);
    };
    await service.root.put(`/users/${kim.id}`, { password: "password of kim" });
    expect(await byRoot()).toEqual([named(one)]);
    expect(await listed(kim)).toEqual([]);
    const three = await refreshTokenOf(kim);
    await service.root.post(`/users/${kim.id}/block`);
    expect(await byRoot()).toEqual([named(three), named(one)]);
    await service.root.post(`/users/${kim.id}/unblock`);
    const four = await refreshTokenOf(kim);
    await service.root.delete(`/users/${kim.id}`);
    expect(await byRoot()).toEqual([named(four), named(three), named(one)]);
  });
});
