import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TokenScope } from "../../../src/principals/token-scope.ts";
import { createTestDatabase } from "../../support/database.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";

let one: TestService;
let other: TestService;
let ids: number[];

beforeAll(async () => {
  const database = await createTestDatabase();
  one = await startTestService({ database });
  // The first of the two removes the database.
  other = await startTestService({ database: { ...database, remove: () => Promise.resolve() } });
  await enableProjectAccessTokens(one);
  const app = await createProject(one, await createGroup(one, "team"), "app");
  ids = [];
  for (let number = 0; number < 20; number += 1) ids.push((await createProjectAccessToken(one, app)).id);
});
beforeEach(() => advance(3600));
afterAll(async () => {
  await other.stop();
  await one.stop();
});

function advance(seconds: number): void {
  for (const { clock } of [one, other]) clock.advance({ seconds });
}

function use({ container }: TestService, id: number, address: string, scopes: readonly TokenScope[] = ["api"]): void {
  container.lastUse.used(id, scopes, { address, client: `client at ${address}` });
}

const flush = ({ container }: TestService) => container.lastUse.flush();
const rows = async (sql: string, values: unknown[] = []): Promise<Readonly<Record<string, unknown>>[]> =>
  await one.container.database.em().execute(sql, values);
const now = () => one.clock.now().getTime();

/** What is stored of a token's use, and the versions of its rows, which change with each write. */
async function stored(id: number) {
  const [token] = await rows(
    `select (extract(epoch from last_used_at) * 1000)::float8 as at, last_used_ips as ips, last_used_client as client,
       xmin::text as version
     from access_tokens where id = ?`,
    [id],
  );
  const scopes = await rows(
    "select scope, xmin::text as version from access_token_scope_uses where access_token_id = ? order by scope",
    [id],
  );
  return { token, scopes };
}

describe("replicas that note the use of the same tokens", () => {
  it("do not repeat each other's writes", async () => {
    const [id = 0] = ids;
    use(one, id, "192.0.2.1");
    advance(30);
    use(other, id, "192.0.2.1");
    await flush(one);
    const before = await stored(id);
    expect(before.token).toMatchObject({ at: now() - 30_000, ips: ["192.0.2.1"] });
    await flush(other);
    expect(await stored(id)).toEqual(before);
    advance(60);
    use(other, id, "192.0.2.1");
    await flush(other);
    expect((await stored(id)).token).toMatchObject({ at: now() });
  });

  it("add their addresses up, those of the later use first, whichever is written first", async () => {
    for (const [id = 0, order] of [
      [ids[1], [one, other]],
      [ids[2], [other, one]],
    ] as const) {
      use(one, id, "192.0.2.1", ["read_api"]);
      advance(20);
      use(other, id, "192.0.2.2", ["api"]);
      for (const replica of order) await flush(replica);
      const { token, scopes } = await stored(id);
      const [ips, client] = [["192.0.2.2", "192.0.2.1"], "client at 192.0.2.2"];
      expect(token).toMatchObject({ at: now(), ips, client });
      expect(scopes.map(({ scope }) => scope)).toEqual(["api", "read_api"]);
    }
  });

  it("record a pause once, whichever is written first", async () => {
    for (const [id = 0, order] of [
      [ids[3], [one, other]],
      [ids[4], [other, one]],
    ] as const) {
      use(one, id, "192.0.2.1");
      await flush(one);
      advance(24 * 3600);
      use(one, id, "192.0.2.1");
      advance(10);
      use(other, id, "192.0.2.2");
      for (const replica of order) await flush(replica);
      const pauses = await rows("select seconds from access_token_pauses where access_token_id = ?", [id]);
      expect(pauses).toEqual([{ seconds: 24 * 3600 + (order[0] === one ? 0 : 10) }]);
    }
  });

  it("write at the same moment, again and again, and lose nothing", async () => {
    for (let round = 0; round < 30; round += 1) {
      advance(60);
      for (const id of ids) use(one, id, "192.0.2.1");
      for (const id of ids.toReversed()) use(other, id, "192.0.2.1", ["read_api"]);
      await Promise.all([flush(one), flush(other)]);
    }
    const found = await rows(
      `select count(*)::int as number from access_tokens t join access_token_scope_uses s on s.access_token_id = t.id
       where t.last_used_at = ? and s.last_used_at = t.last_used_at`,
      [one.clock.now()],
    );
    expect(found).toEqual([{ number: 2 * ids.length }]);
  });
});
