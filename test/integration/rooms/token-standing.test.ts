import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addToken, type NewToken } from "../../../src/access-tokens/add-token.ts";
import { type ReviewTokensInput, reviewTokens } from "../../../src/access-tokens/review-tokens.ts";
import { TOKEN_STATES, type TokenState } from "../../../src/access-tokens/token-standing.ts";
import { addDays, DAY_MS, utcDate } from "../../../src/clock.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import type { TokenScope } from "../../../src/principals/token-scope.ts";
import { callerOf } from "../../support/caller.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let caller: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  service.clock.advance({ days: 400 });
  caller = await callerOf(service, owner);
});
afterAll(() => service.stop());

const SECOND_MS = 1000;
const now = () => service.clock.now().getTime();
const sql = (text: string, values: unknown[]) => service.container.database.em().execute(text, values);
const daysAgo = (days: number, plusMs = 0) => new Date(now() - days * DAY_MS + plusMs);
const date = (inDays: number) => addDays(utcDate(service.clock.now()), inDays);

/** What is stored of a token; of what is left out, nothing. `scopeUses` are moments of use. */
interface Stored extends Partial<NewToken> {
  readonly lastUsedAt?: Date;
  readonly scopeUses?: Partial<Record<TokenScope, Date>>;
  readonly scopeUsesSince?: Date;
}

async function store({ lastUsedAt, scopeUses = {}, scopeUsesSince, ...values }: Stored): Promise<number> {
  const { token } = await service.container.database.transaction((em) =>
    addToken(em, service.container, {
      ...{ user: owner.id, project: null, name: "stored", description: null, scopes: ["read_registry"] },
      ...{ repositoryRules: null, ipAllowList: null, accessLevel: null, expiresAt: null, createdById: owner.id },
      ...{ now: service.clock.now(), ...values },
    }),
  );
  await sql("update access_tokens set last_used_at = ?, scope_uses_since = ? where id = ?", [
    ...[lastUsedAt ?? null, scopeUsesSince ?? null, token.id],
  ]);
  for (const [scope, at] of Object.entries(scopeUses)) {
    await sql("insert into access_token_scope_uses values (?, ?, ?)", [token.id, scope, at]);
  }
  return token.id;
}

const review = (input: Partial<ReviewTokensInput> = {}) =>
  reviewTokens(service.container, {
    ...{ caller, of: { user: "self" as const }, state: "active" as const, search: "", page: { limit: 50, offset: 0 } },
    ...input,
  });

/** The states in which a token is found. */
async function statesOf(id: number): Promise<TokenState[]> {
  const found: TokenState[] = [];
  for (const state of TOKEN_STATES) {
    const { tokens } = await review({ state });
    if (tokens.some(({ token }) => token.id === id)) found.push(state);
  }
  await sql("delete from access_tokens where id = ?", [id]);
  return found;
}

const used = () => ({ lastUsedAt: daysAgo(1) });
const AS_MADE = ["active"];

describe("a token that ends soon", () => {
  it.each<[number | null, readonly string[]]>([
    [null, AS_MADE],
    [15, AS_MADE],
    [14, ["active", "ends_soon"]],
    [1, ["active", "ends_soon"]],
    [0, ["inactive"]],
    [-1, ["inactive"]],
  ])("has a date at most 14 days ahead: in %j days it is %j", async (days, states) => {
    expect(await statesOf(await store({ ...used(), expiresAt: days === null ? null : date(days) }))).toEqual(states);
  });
});

describe("a token that is safe to revoke", () => {
  it.each<[string, () => Stored, readonly string[]]>([
    ["just made and never used", () => ({}), AS_MADE],
    ["made almost 30 days ago and never used", () => ({ now: daysAgo(30, SECOND_MS) }), AS_MADE],
    ["made 30 days ago and never used", () => ({ now: daysAgo(30) }), ["active", "safe_to_revoke"]],
    ["old and used almost 90 days ago", () => ({ now: daysAgo(80), lastUsedAt: daysAgo(90, SECOND_MS) }), AS_MADE],
    ["old and used 90 days ago", () => ({ now: daysAgo(200), lastUsedAt: daysAgo(90) }), ["active", "safe_to_revoke"]],
    [
      "never used, and ends soon",
      () => ({ now: daysAgo(40), expiresAt: date(3) }),
      ["active", "ends_soon", "safe_to_revoke"],
    ],
    ["never used, and expired", () => ({ now: daysAgo(40), expiresAt: date(0) }), ["inactive"]],
  ])("%s: %#", async (_, stored, states) => {
    expect(await statesOf(await store(stored()))).toEqual(states);
  });
});

describe("the unused scopes of a token", () => {
  const scopes = ["read_registry", "write_registry", "api", "self_rotate"] as const;
  const unusedOf = async (stored: Stored) => {
    const id = await store({ scopes, ...used(), ...stored });
    const { tokens, counts } = await review({ state: "unused_scopes" });
    await sql("delete from access_tokens where id = ?", [id]);
    const found = tokens.find(({ token }) => token.id === id);
    expect(counts.unused_scopes).toBe(tokens.length);
    return found?.standing.unusedScopes;
  };
  const old = () => ({ now: daysAgo(90) });

  it("are those that it was not used for in 90 days, in its own order, but for the one that only its end needs", async () => {
    expect(await unusedOf(old())).toEqual(["read_registry", "write_registry", "api"]);
    const scopeUses = { read_registry: daysAgo(90), api: daysAgo(90, SECOND_MS) };
    expect(await unusedOf({ ...old(), scopeUses })).toEqual(["read_registry", "write_registry"]);
    const all = { read_registry: daysAgo(1), write_registry: daysAgo(2), api: daysAgo(3) };
    expect(await unusedOf({ ...old(), scopeUses: all })).toBeUndefined();
  });

  it("are not told of a token that is younger than 90 days, nor where the record is", async () => {
    expect(await unusedOf({ now: daysAgo(90, SECOND_MS) })).toBeUndefined();
    expect(await unusedOf({ now: daysAgo(300), scopeUsesSince: daysAgo(90, SECOND_MS) })).toBeUndefined();
    expect(await unusedOf({ now: daysAgo(300), scopeUsesSince: daysAgo(90) })).toHaveLength(3);
  });

  it("are not told of a token that is safe to revoke, or dead", async () => {
    expect(await unusedOf({ ...old(), lastUsedAt: daysAgo(90) })).toBeUndefined();
    expect(await unusedOf({ ...old(), expiresAt: date(0) })).toBeUndefined();
  });
});

describe("the search", () => {
  it("finds by a part of the name, of the bot's username, and by the last four characters; and counts what it finds", async () => {
    const project = await createOwnProject(owner, "searched");
    const one = await createProjectAccessToken(service, project, { by: owner, name: "CI-push 100%" });
    const other = await createProjectAccessToken(service, project, { by: owner, name: "deploy", expires_at: date(2) });
    const dead = await createProjectAccessToken(service, project, { by: owner, name: "ci-old" });
    await owner.client.delete(`/projects/${project}/access_tokens/${dead.id}`);
    const { username } = (await one.client.get("/user")).body;
    const find = async (search: string, state: TokenState = "active") => {
      const { tokens, counts } = await review({ search, state, of: { project } });
      return { ids: tokens.map(({ token }) => token.id), counts };
    };
    expect((await find("ci-PUSH")).ids).toEqual([one.id]);
    expect((await find("100%")).ids).toEqual([one.id]);
    expect((await find("0_%")).ids).toEqual([]);
    expect((await find(username.slice(-8))).ids).toEqual([one.id]);
    expect((await find(other.secret.slice(-4))).ids).toEqual([other.id]);
    expect((await find(other.secret.slice(-3))).ids).toEqual([]);
    expect((await find("ci-")).counts).toEqual({
      ...{ active: 1, ends_soon: 0, safe_to_revoke: 0, unused_scopes: 0, inactive: 1 },
    });
    expect((await find("")).ids).toEqual([other.id, one.id]);
    expect((await find("", "inactive")).ids).toEqual([dead.id]);
    // The user of a dead token is the ghost by now, which nobody looks for.
    expect((await find("ghost", "inactive")).ids).toEqual([]);
  });
});

describe("a page", () => {
  it("has the newest first, and the counts of all, also where it is empty", async () => {
    const ann = await createUser(service, "ann");
    const ids = [];
    for (let count = 0; count < 3; count++) ids.unshift(await store({ user: ann.id }));
    const caller = await callerOf(service, ann);
    const page = (offset: number) => review({ caller, search: "stored", page: { limit: 2, offset } });
    expect((await page(0)).tokens.map(({ token }) => token.id)).toEqual(ids.slice(0, 2));
    expect((await page(2)).tokens.map(({ token }) => token.id)).toEqual(ids.slice(2));
    expect(await page(4)).toMatchObject({ tokens: [], counts: { active: 3, inactive: 0 } });
  });
});
