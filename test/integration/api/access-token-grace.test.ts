/** Rotation with a grace: two secrets of one token, for a while. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createStaffedProject,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const NOON = "2026-11-02T12:00:00.000Z";
const ONE = "2026-11-02T13:00:00.000Z";

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ({ owner, maintainer, project } = await createStaffedProject(service));
});
afterAll(() => service.stop());
// What a test before left in grace is over, and of no matter.
beforeEach(() => service.clock.set(new Date(NOON)));

const tokens = () => `/projects/${project}/access_tokens`;
const at = (moment: string) => service.clock.set(new Date(moment));
const statusOf = async (client: ApiClient) => (await client.get("/user")).status;
const shown = async (id: number) => (await owner.client.get(`${tokens()}/${id}`)).body;

/** Either kind of token with its client, and below which address it is. */
interface Token {
  readonly id: number;
  readonly secret: string;
  readonly client: ApiClient;
  readonly place: string;
  readonly userId: number;
}

function tokenOf({ status, body }: ApiAnswer, place: string): Token {
  expect({ status, body }).toMatchObject({ status: expect.toSatisfy((code) => code === 200 || code === 201) });
  return { id: body.id, secret: body.token, client: service.as(body.token), place, userId: body.user_id };
}

const robotOf = async (more: Parameters<typeof createProjectAccessToken>[2] = {}): Promise<Token> => {
  const robot: ProjectAccessToken = await createProjectAccessToken(service, project, { by: owner, ...more });
  return { ...robot, place: tokens() };
};
const personalOf = async (user: User, more: object = {}): Promise<Token> =>
  tokenOf(
    await user.client.post("/user/personal_access_tokens", { name: "laptop", scopes: ["api"], ...more }),
    "/personal_access_tokens",
  );

/** Rotates a token as its project's or its own Owner does. */
async function rotate({ id, place }: Token, more: object = { grace_period: HOUR_SECONDS }): Promise<Token> {
  return tokenOf(await owner.client.post(`${place}/${id}/rotate`, more), place);
}

/** A token that was rotated with an hour's grace, and what it was rotated into. */
async function pairOf(made: Promise<Token>): Promise<{ old: Token; current: Token }> {
  const old = await made;
  return { old, current: await rotate(old) };
}

async function eventsAbout(...ids: number[]) {
  const { body } = await owner.client.get(`/projects/${project}/events?sort=asc&per_page=100&target_type=access_token`);
  return (body as { action_name: string; target_id: number; author_id: number; created_at: string }[])
    .filter(({ target_id, action_name }) => ids.includes(target_id) && action_name !== "created")
    .map(({ action_name, target_id, author_id, created_at }) => [action_name, target_id, author_id, created_at]);
}

const flushNotes = () => Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));
const sql = (text: string, values: unknown[] = []) => service.container.database.em().execute(text, values);

describe("a rotation with grace_period", () => {
  it("lets both secrets work until then, at both doors, and not a moment longer", async () => {
    const { old, current } = await pairOf(robotOf({ scopes: ["api", "read_registry"] }));
    expect(await shown(old.id)).toMatchObject({
      active: true,
      revoked: false,
      retires_at: ONE,
      predecessor_id: null,
      safe_to_retire: null,
    });
    expect(await shown(current.id)).toMatchObject({
      active: true,
      retires_at: null,
      predecessor_id: old.id,
      safe_to_retire: false,
      user_id: old.userId,
    });
    const scopes = ["repository:olga/app:pull"];
    const both = async () =>
      await Promise.all(
        [old, current].map(async ({ client, secret: password }) => [
          await statusOf(client),
          (await requestToken(service, { password, scopes })).status,
        ]),
      );
    at("2026-11-02T12:59:59.999Z");
    expect(await both()).toEqual([
      [200, 200],
      [200, 200],
    ]);
    // A registry token that was given a moment ago is not given again.
    at(ONE);
    expect(await both()).toEqual([
      [401, 401],
      [200, 200],
    ]);
    expect(await old.client.get("/user")).toMatchObject({ body: { error: "invalid_token" } });
  });

  it("is taken by every call that rotates", async () => {
    const body = { grace_period: HOUR_SECONDS };
    const [one, two, three] = [await robotOf(), await robotOf(), await robotOf()];
    const [four, five] = [await personalOf(owner), await personalOf(owner)];
    for (const [old, answer] of [
      [one, await owner.client.post(`${tokens()}/${one.id}/rotate`, body)],
      [two, await two.client.post(`${tokens()}/self/rotate`, { grace_period: String(HOUR_SECONDS) })],
      [three, await three.client.post("/personal_access_tokens/self/rotate", body)],
      [four, await owner.client.post(`/personal_access_tokens/${four.id}/rotate`, body)],
      [five, await five.client.post("/personal_access_tokens/self/rotate", body)],
    ] as const) {
      const { client } = tokenOf(answer, old.place);
      expect(answer.body).toMatchObject({ predecessor_id: old.id, safe_to_retire: false });
      expect([await statusOf(old.client), await statusOf(client)]).toEqual([200, 200]);
    }
  });

  it.each([
    ["the old token's", { expires_at: "2026-11-04" }, { expires_at: "2026-11-20" }, "2026-11-04T00:00:00.000Z"],
    ["the new one's", {}, { expires_at: "2026-11-05" }, "2026-11-05T00:00:00.000Z"],
    ["the week that the new one has by itself", {}, {}, "2026-11-09T00:00:00.000Z"],
  ])("ends no later than an expiry date: %s", async (_, made, asked, end) => {
    const old = await robotOf(made);
    await rotate(old, { ...asked, grace_period: 30 * DAY_SECONDS });
    expect(await shown(old.id)).toMatchObject({ active: true, retires_at: end });
    at(end);
    expect(await shown(old.id)).toMatchObject({ active: false });
    expect(await statusOf(old.client)).toBe(401);
  });

  it("revives no token that is expired", async () => {
    const old = await robotOf({ expires_at: "2026-11-04" });
    at("2026-11-04T08:00:00Z");
    const current = await rotate(old);
    expect(await shown(old.id)).toMatchObject({ active: false, revoked: true, retires_at: null });
    expect(await shown(current.id)).toMatchObject({ active: true, safe_to_retire: null });
    expect(await statusOf(old.client)).toBe(401);
  });

  it.each([
    [-1, /too small \(minimum is 0\)/],
    [30 * DAY_SECONDS + 1, /too large \(maximum is 2592000\)/],
    [1.5, /1\.5/],
    ["7d", /"7d"/],
    ["", /""/],
    [true, /true/],
    [[60], /\[60\]/],
    [2 ** 60, /too large/],
  ])("is refused where it is no whole number from 0 to 2592000: %s", async (grace_period, words) => {
    const robot = await robotOf();
    for (const [client, path] of [
      [owner.client, `${tokens()}/${robot.id}/rotate`],
      [robot.client, `${tokens()}/self/rotate`],
      [robot.client, "/personal_access_tokens/self/rotate"],
      [owner.client, `/personal_access_tokens/${robot.id}/rotate`],
    ] as const) {
      const { status, body } = await client.post(path, { grace_period });
      expect(body.error).toMatch(/^grace_period is /);
      expect({ status, error: body.error }).toEqual({ status: 400, error: expect.stringMatching(words) });
    }
    expect(await statusOf(robot.client)).toBe(200);
  });

  it("takes the longest grace", async () => {
    const old = await robotOf();
    await rotate(old, { expires_at: "2027-11-02", grace_period: 30 * DAY_SECONDS });
    expect(await shown(old.id)).toMatchObject({ retires_at: "2026-12-02T12:00:00.000Z" });
  });
});

describe("a list", () => {
  it("has both of them among the active ones until the grace ends, recorded or not, and the old one among the revoked then", async () => {
    const place = await createOwnProject(owner, "listed");
    const old = await createProjectAccessToken(service, place, { by: owner });
    const { body: current } = await owner.client.post(`/projects/${place}/access_tokens/${old.id}/rotate`, {
      grace_period: HOUR_SECONDS,
    });
    const found = async (query: string) =>
      (await owner.client.get(`/projects/${place}/access_tokens?sort=asc&${query}`)).body.map(
        ({ id }: { id: number }) => id,
      );
    const split = async () => ({
      active: await found("state=active"),
      inactive: await found("state=inactive"),
      revoked: await found("revoked=true"),
      unrevoked: await found("revoked=false"),
    });
    const both = [old.id, current.id];
    expect(await split()).toEqual({ active: both, inactive: [], revoked: [], unrevoked: both });
    at(ONE);
    const after = { active: [current.id], inactive: [old.id], revoked: [old.id], unrevoked: [current.id] };
    expect(await split()).toEqual(after);
    const { body } = await owner.client.get(`/projects/${place}/access_tokens/${old.id}`);
    expect(body).toMatchObject({ active: false, revoked: true, retires_at: ONE });
    await sweepTokens(service.container);
    expect(await split()).toEqual(after);
  });
});

describe("never a third secret", () => {
  it("comes of a rotation with grace of a token whose predecessor is in grace: 409 says until when, and how to end it", async () => {
    for (const made of [robotOf(), personalOf(owner)]) {
      const { old, current } = await pairOf(made);
      const refused = await owner.client.post(`${current.place}/${current.id}/rotate`, { grace_period: 1 });
      expect(refused.status).toBe(409);
      expect(refused.body.message).toMatch(new RegExp(`token ${old.id}, works until ${ONE}.*retire_predecessor`));
      expect([await statusOf(old.client), await statusOf(current.client)]).toEqual([200, 200]);
      // Once the grace is over it may have another.
      at(ONE);
      const third = await rotate(current);
      expect(await Promise.all([old, current, third].map(({ client }) => statusOf(client)))).toEqual([401, 200, 200]);
      at(NOON);
    }
  });

  it("goes on after a rotation without a grace: all before is dead at once, and has its event once", async () => {
    const { old, current } = await pairOf(robotOf());
    at("2026-11-02T12:30:00Z");
    const third = await rotate(current, {});
    expect(await Promise.all([old, current, third].map(({ client }) => statusOf(client)))).toEqual([401, 401, 200]);
    expect(await shown(old.id)).toMatchObject({ active: false, revoked: true });
    expect(await shown(third.id)).toMatchObject({ safe_to_retire: null, predecessor_id: current.id });
    at(ONE);
    await sweepTokens(service.container);
    expect(await eventsAbout(old.id, current.id, third.id)).toEqual([
      ["rotated", current.id, owner.id, NOON],
      ["retired", old.id, owner.id, "2026-11-02T12:30:00.000Z"],
      ["rotated", third.id, owner.id, "2026-11-02T12:30:00.000Z"],
    ]);
  });

  it("comes of the old one, named by its number: 409 in grace, and 400 after it as of any revoked token", async () => {
    for (const made of [robotOf(), personalOf(owner)]) {
      const { old } = await pairOf(made);
      for (const body of [{}, { grace_period: 60 }]) {
        const refused = await owner.client.post(`${old.place}/${old.id}/rotate`, body);
        expect(refused.status).toBe(409);
        expect(refused.body.message).toMatch(new RegExp(`token ${old.id} was rotated already, and works until ${ONE}`));
      }
      at(ONE);
      expect(await owner.client.post(`${old.place}/${old.id}/rotate`)).toMatchObject({
        status: 400,
        body: { message: "400 Bad request - token already revoked" },
      });
      at(NOON);
    }
    const { old } = await pairOf(robotOf());
    expect((await maintainer.client.post(`${tokens()}/${old.id}/rotate`)).status).toBe(409);
  });
});

describe("the old secret", () => {
  it("rotates nothing while it is in grace: 409 says that it was rotated, and until when it works; nothing else comes of it", async () => {
    const other = await personalOf(owner);
    for (const [made, paths] of [
      [robotOf(), ["/personal_access_tokens/self/rotate", `${tokens()}/self/rotate`]],
      [personalOf(owner), ["/personal_access_tokens/self/rotate", `/personal_access_tokens/${other.id}/rotate`]],
    ] as const) {
      const { old, current } = await pairOf(made);
      for (const path of [...paths, `${old.place}/${old.id}/rotate`, `${current.place}/${current.id}/rotate`]) {
        const { status, body } = await old.client.post(path);
        expect([path, status, body.message]).toEqual([
          path,
          409,
          expect.stringMatching(new RegExp(`was rotated already, and works until ${ONE}`)),
        ]);
      }
      expect([await statusOf(old.client), await statusOf(current.client)]).toEqual([200, 200]);
    }
    expect(await statusOf(other.client)).toBe(200);
  });

  it("ends the whole family at a rotate endpoint once its grace is over, before and after the sweep", async () => {
    for (const isSwept of [false, true]) {
      for (const made of [robotOf(), personalOf(owner)]) {
        const { old, current } = await pairOf(made);
        at(ONE);
        if (isSwept) await sweepTokens(service.container);
        expect(await old.client.post("/personal_access_tokens/self/rotate")).toMatchObject({
          status: 401,
          body: { error: "invalid_token" },
        });
        expect(await statusOf(current.client)).toBe(401);
        at(NOON);
      }
    }
    expect(await statusOf(owner.client)).toBe(200);
  });

  it("is told as reused once its grace is over, and not before", async () => {
    const { old } = await pairOf(robotOf());
    const told = async () => {
      await flushNotes();
      return (await eventsAbout(old.id)).filter(([action]) => action === "reused");
    };
    await old.client.get("/user");
    expect(await told()).toEqual([]);
    at(ONE);
    await old.client.get("/user");
    expect(await told()).toEqual([["reused", old.id, old.userId, ONE]]);
  });
});

describe("POST .../retire_predecessor", () => {
  it("ends the grace at once, answers with the token that goes on, and is an event", async () => {
    for (const made of [robotOf(), personalOf(owner)]) {
      const { old, current } = await pairOf(made);
      const retired = await owner.client.post(`${current.place}/${current.id}/retire_predecessor`);
      expect(retired).toMatchObject({
        status: 200,
        body: { id: current.id, active: true, predecessor_id: old.id, safe_to_retire: null },
      });
      expect(retired.body).not.toHaveProperty("token");
      expect([await statusOf(old.client), await statusOf(current.client)]).toEqual([401, 200]);
      expect((await owner.client.get(`${old.place}/${old.id}`)).body).toMatchObject({ active: false, revoked: true });
      if (old.place === tokens()) expect(await eventsAbout(old.id)).toEqual([["retired", old.id, owner.id, NOON]]);
      const next = await rotate(current);
      expect(await statusOf(next.client)).toBe(200);
    }
  });

  it("is refused with words where there is none in grace", async () => {
    for (const make of [robotOf, () => personalOf(owner)]) {
      const { old, current } = await pairOf(make());
      const alone = await make();
      const retire = async ({ place, id }: Token) => await owner.client.post(`${place}/${id}/retire_predecessor`);
      for (const token of [alone, old]) {
        const { status, body } = await retire(token);
        expect({ status, message: body.message }).toEqual({
          status: 400,
          message: expect.stringContaining(`token ${token.id} has no predecessor in grace`),
        });
      }
      at(ONE);
      expect((await retire(current)).status).toBe(400);
      at(NOON);
      expect((await retire(current)).status).toBe(200);
      expect((await retire(current)).status).toBe(400);
      await owner.client.delete(`${current.place}/${current.id}`);
      expect((await retire(current)).status).toBe(400);
      expect((await retire({ ...current, id: 2_000_000_000 })).status).toBe(404);
    }
  });

  it("is for who may rotate the token: a bot's own, a Maintainer's of their project, one's own, an administrator's", async () => {
    const { old, current } = await pairOf(robotOf({ scopes: ["self_rotate"] }));
    const other = await pairOf(robotOf());
    const top = await pairOf(robotOf({ access_level: 50 }));
    const mine = await pairOf(personalOf(owner));
    const developer = await createUser(service, "dora");
    await addProjectMember(service, project, developer.id, 30);
    const stranger = await createUser(service, "stan");
    const elsewhere = await createOwnProject(owner, "elsewhere");
    const retire = async (by: { client: ApiClient }, { place, id }: Token, at = place) =>
      (await by.client.post(`${at}/${id}/retire_predecessor`)).status;
    // A bot, its predecessor too, may name no token but its own.
    expect(await retire(other.current, current)).toBe(403);
    expect(await retire(other.old, other.current)).toBe(403);
    expect(await retire(current, current)).toBe(403); // self_rotate is for self
    expect(await retire(developer, current)).toBe(403);
    expect(await retire(maintainer, top.current)).toBe(403);
    expect(await retire(stranger, current)).toBe(404);
    expect(await retire(owner, current, `/projects/${elsewhere}/access_tokens`)).toBe(404);
    expect(await retire(maintainer, mine.current)).toBe(404);
    for (const { client } of [old, other.old, top.old, mine.old]) {
      expect([200, 403]).toContain(await statusOf(client));
    }
    expect((await current.client.post(`${tokens()}/self/retire_predecessor`)).status).toBe(200);
    expect((await old.client.get("/user")).status).toBe(401);
    expect((await other.current.client.post("/personal_access_tokens/self/retire_predecessor")).status).toBe(200);
    expect(await statusOf(other.old.client)).toBe(401);
    expect(await retire(owner, top.current)).toBe(200);
    expect(await retire({ client: service.root }, mine.current)).toBe(200);
    expect(await statusOf(mine.old.client)).toBe(401);
    const last = await pairOf(robotOf());
    expect(await retire(last.current, last.current)).toBe(200);
    const human = await pairOf(personalOf(owner));
    expect((await human.current.client.post("/personal_access_tokens/self/retire_predecessor")).status).toBe(200);
    expect((await human.current.client.post(`${tokens()}/self/retire_predecessor`)).status).toBe(400);
  });

  it("works while the feature is off: it only ends something", async () => {
    const { old, current } = await pairOf(robotOf());
    const flag = { value: false, project: String(project) };
    await service.root.post("/features/resource_access_token", flag);
    const { status } = await owner.client.post(`${tokens()}/${current.id}/retire_predecessor`);
    await service.root.post("/features/resource_access_token", { ...flag, value: true });
    expect([status, await statusOf(old.client)]).toEqual([200, 401]);
  });
});

describe("whatever ends a token ends the one in grace too", () => {
  it.each(["old", "current"] as const)("DELETE of the %s one, once, with an event of each", async (named) => {
    for (const made of [robotOf(), personalOf(owner)]) {
      const pair = await pairOf(made);
      const { old, current } = pair;
      const { id, place } = pair[named];
      expect((await owner.client.delete(`${place}/${id}`)).status).toBe(204);
      expect([await statusOf(old.client), await statusOf(current.client)]).toEqual([401, 401]);
      for (const each of [old, current]) expect((await owner.client.delete(`${place}/${each.id}`)).status).toBe(404);
      if (place !== tokens()) continue;
      expect((await owner.client.get(`/users/${old.userId}`)).status).toBe(404);
      const revoked = (await eventsAbout(old.id, current.id)).filter(([action]) => action === "revoked");
      expect(revoked.map(([, target]) => target)).toEqual([old.id, current.id]);
    }
  });

  it("DELETE after the grace: the old one ended when its grace did", async () => {
    const { old, current } = await pairOf(robotOf());
    at("2026-11-02T14:00:00Z");
    expect((await owner.client.delete(`${tokens()}/${current.id}`)).status).toBe(204);
    const about = (await eventsAbout(old.id, current.id)).filter(([action]) => action !== "rotated");
    expect(about.map(([action, target, , moment]) => [action, target, moment])).toEqual([
      ["retired", old.id, ONE],
      ["revoked", current.id, "2026-11-02T14:00:00.000Z"],
    ]);
    const kept = "select 1 from access_tokens where id = ? and revoked_at = ?::timestamptz";
    expect(await sql(kept, [old.id, ONE])).toHaveLength(1);
  });

  it("the old one by itself, as long as it works", async () => {
    const { old, current } = await pairOf(robotOf());
    expect((await old.client.delete("/personal_access_tokens/self")).status).toBe(204);
    expect([await statusOf(old.client), await statusOf(current.client)]).toEqual([401, 401]);
  });

  it("a block and a deletion of its user, and a deletion of its project", async () => {
    const eve = await createUser(service, "eve");
    const old = await personalOf(eve);
    const current = tokenOf(
      await eve.client.post(`${old.place}/${old.id}/rotate`, { grace_period: HOUR_SECONDS }),
      old.place,
    );
    const both = async () => [await statusOf(old.client), await statusOf(current.client)];
    await service.root.post(`/users/${eve.id}/block`);
    expect(await both()).toEqual([401, 401]);
    await service.root.post(`/users/${eve.id}/unblock`);
    expect(await both()).toEqual([200, 200]);
    expect((await service.root.delete(`/users/${eve.id}`)).status).toBe(204);
    expect(await both()).toEqual([401, 401]);
    const place = await createOwnProject(owner, "going");
    const robot = await createProjectAccessToken(service, place, { by: owner });
    const { body } = await owner.client.post(`/projects/${place}/access_tokens/${robot.id}/rotate`, {
      grace_period: HOUR_SECONDS,
    });
    await owner.client.delete(`/projects/${place}`);
    expect([await statusOf(robot.client), await statusOf(service.as(body.token))]).toEqual([401, 401]);
  });
});

describe("safe_to_retire", () => {
  const use = async ({ client }: Token) => {
    await client.get("/user");
    await flushNotes();
  };
  const safe = async ({ id }: Token) => (await shown(id)).safe_to_retire;
  /** A pair with a grace of 20 days; the old one was used when it was rotated. */
  const longPair = async () => {
    const old = await robotOf();
    await use(old);
    return { old, current: await rotate(old, { expires_at: "2027-01-01", grace_period: 20 * DAY_SECONDS }) };
  };
  const pause = ({ id }: Token, endedAt: string, hours: number) =>
    sql("insert into access_token_pauses (access_token_id, ended_at, seconds) values (?, ?, ?)", [
      id,
      endedAt,
      hours * HOUR_SECONDS,
    ]);

  it("comes when the new one was used, and the old one not for 24 hours, and goes with the next use of the old one", async () => {
    const { old, current } = await longPair();
    await use(current);
    at("2026-11-03T11:59:59.999Z");
    expect(await safe(current)).toBe(false);
    at("2026-11-03T12:00:00Z");
    expect(await safe(current)).toBe(true);
    await use(old);
    // It has paused for a day: now that counts twice.
    at("2026-11-05T11:59:59.999Z");
    expect(await safe(current)).toBe(false);
    at("2026-11-05T12:00:00Z");
    expect(await safe(current)).toBe(true);
    expect((await service.as(current.secret).get("/personal_access_tokens/self")).body.safe_to_retire).toBe(true);
    expect((await shown(old.id)).safe_to_retire).toBeNull();
  });

  it("never comes while the new one is not used", async () => {
    const { current } = await longPair();
    at("2026-11-10T12:00:00Z");
    expect(await safe(current)).toBe(false);
    await use(current);
    expect(await safe(current)).toBe(true);
  });

  it("comes later for one with pauses: after twice the longest of the last 30 days", async () => {
    const { old, current } = await longPair();
    await use(current);
    await pause(old, "2026-10-20T00:00:00Z", 13);
    await pause(old, "2026-10-21T00:00:00Z", 60);
    // Too long ago, though it is the longest.
    await pause(old, "2026-10-08T11:59:59Z", 500);
    at("2026-11-07T11:59:59.999Z");
    expect(await safe(current)).toBe(false);
    at("2026-11-07T12:00:00Z");
    expect(await safe(current)).toBe(true);
  });

  it("counts an old one that was never used from its creation", async () => {
    const old = await robotOf();
    at("2026-11-02T20:00:00Z");
    const current = await rotate(old, { expires_at: "2027-01-01", grace_period: 20 * DAY_SECONDS });
    await use(current);
    at("2026-11-03T11:59:59Z");
    expect(await safe(current)).toBe(false);
    at("2026-11-03T12:00:00Z");
    expect(await safe(current)).toBe(true);
  });

  it("is null where no predecessor is in grace, and costs one query however long the list is", async () => {
    const place = await createOwnProject(owner, "long-list");
    const list = `/projects/${place}/access_tokens`;
    const count = async () => {
      const execute = vi.spyOn(service.container.database.em().getConnection(), "execute");
      const { body } = await owner.client.get(`${list}?per_page=100`);
      const number = execute.mock.calls.length;
      execute.mockRestore();
      return [number, body.map((token: { safe_to_retire: unknown }) => token.safe_to_retire)];
    };
    const rotated = async () => {
      const { id } = await createProjectAccessToken(service, place, { by: owner });
      await owner.client.post(`${list}/${id}/rotate`, { grace_period: HOUR_SECONDS });
    };
    await createProjectAccessToken(service, place, { by: owner });
    const [none, empty] = await count();
    expect(empty).toEqual([null]);
    await rotated();
    const [one] = await count();
    for (let number = 0; number < 5; number += 1) await rotated();
    const [many, all] = await count();
    expect([one, many]).toEqual([none + 1, none + 1]);
    expect(all.filter((value: unknown) => value === false)).toHaveLength(6);
    expect(all.filter((value: unknown) => value === null)).toHaveLength(7);
    at(ONE);
    expect((await count())[1].every((value: unknown) => value === null)).toBe(true);
  });

  it("is told of each secret's own last use", async () => {
    const { old, current } = await longPair();
    at("2026-11-02T15:00:00Z");
    await use(current);
    expect([(await shown(old.id)).last_used_at, (await shown(current.id)).last_used_at]).toEqual([
      NOON,
      "2026-11-02T15:00:00.000Z",
    ]);
  });
});
