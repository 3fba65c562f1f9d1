import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findToken } from "../../../src/access-tokens/find-token.ts";
import { reviewTokens } from "../../../src/access-tokens/review-tokens.ts";
import { revokeReusedFamily } from "../../../src/access-tokens/revoke-token.ts";
import { revokeTokens } from "../../../src/access-tokens/revoke-tokens.ts";
import { rotateProjectToken } from "../../../src/access-tokens/rotate-token.ts";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import type { TokenState } from "../../../src/access-tokens/token-standing.ts";
import { ForbiddenError, NotFoundError } from "../../../src/errors.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { storeRegistryEvents } from "../../../src/registry/store-registry-events.ts";
import { callerOf } from "../../support/caller.ts";
import { addManyTokens } from "../../support/many-tokens.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
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

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;
let caller: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ({ owner, maintainer, project } = await createStaffedProject(service));
  caller = await callerOf(service, owner);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const PAGE = { limit: 50, offset: 0 };
const review = (state: TokenState, of: { project: number } | { user: "self" | number } = { project }, by = caller) =>
  reviewTokens(service.container, { caller: by, of, state, search: "", page: PAGE });
const find = (tokenId: number, of: { project: number } | { user: "self" | number } = { project }, by = caller) =>
  findToken(service.container, { caller: by, of, tokenId, events: PAGE });
const endOf = async (tokenId: number) => (await find(tokenId)).end;
const make = (more = {}) => createProjectAccessToken(service, project, { by: owner, ...more });
const path = (id: number) => `/projects/${project}/access_tokens/${id}`;
const now = () => service.clock.now();

async function rotate(id: number, by = owner.client, more = {}): Promise<ProjectAccessToken> {
  const { status, body } = await by.post(`${path(id)}/rotate`, more);
  expect(status).toBe(200);
  const secret: string = body.token;
  return {
    id: body.id,
    userId: body.user_id,
    secret,
    client: service.as(secret),
    credentials: { username: "a", password: secret },
  };
}

let reports = 0;
/** What a registry reports of the bot, in the project. */
async function report(
  { client }: ProjectAccessToken,
  action: "pull" | "push",
  image: { repository?: string; tag?: string | null; at?: Date },
): Promise<void> {
  const { repository = "olga/app/web", tag = "1.8.2", at = now() } = image;
  const actor: string = (await client.get("/user")).body.username;
  const event = {
    ...{ id: `report ${++reports}`, happenedAt: at, action, repository, tag, actor },
    ...{
      digest: `sha256:${"a".repeat(64)}`,
      fromRepository: null,
      mediaType: null,
      address: undefined,
      client: undefined,
    },
  };
  expect(await storeRegistryEvents(service.container, [event])).toBe(1);
}

describe("a token among others", () => {
  it("is told with its bot, its creator, its scopes and its own last use", async () => {
    const token = await make({ name: "ci-push", access_level: 30, scopes: ["read_registry"] });
    await service.as(token.secret).get("/user");
    await service.container.lastUse.flush();
    const [found] = (await review("active")).tokens;
    expect(found).toMatchObject({
      token: { id: token.id, name: "ci-push", accessLevel: 30, lastUsedAt: now(), lastUsedIps: ["127.0.0.1"] },
      standing: { life: "active", hasSuccessor: false },
      user: { id: token.userId, userType: "project_bot" },
      createdBy: { username: "olga", userType: "human" },
      ...{ end: undefined, grace: undefined },
    });
    expect((await find(token.id)).usage.scopes).toEqual([{ scope: "read_registry", lastUsedAt: null }]);
  });

  it("is told with what its bot did last with an image of the project, and how much in 30 days", async () => {
    const token = await make({ scopes: ["read_api"] });
    const daysAgo = (days: number) => new Date(now().getTime() - days * 86_400_000);
    await report(token, "push", { at: daysAgo(30) });
    await report(token, "pull", { at: daysAgo(29) });
    await report(token, "pull", { at: daysAgo(1) });
    await report(token, "push", { at: daysAgo(1) });
    await report(token, "push", { repository: "olga/app/api", tag: "2.0", at: daysAgo(0.5) });
    const { use } = await find(token.id);
    expect(use?.last).toEqual({
      ...{ action: "push", repository: "olga/app/api", tag: "2.0", at: daysAgo(0.5) },
      digest: `sha256:${"a".repeat(64)}`,
    });
    expect(use?.days).toHaveLength(30);
    expect(use?.days.filter(({ pulls, pushes }) => pulls + pushes > 0)).toEqual([
      { day: "2026-10-04", pulls: 1, pushes: 0 },
      { day: "2026-11-01", pulls: 1, pushes: 1 },
      { day: "2026-11-02", pulls: 0, pushes: 1 },
    ]);
    expect([use?.days[0]?.day, use?.days[29]?.day]).toEqual(["2026-10-04", "2026-11-02"]);
    expect((await review("active")).tokens[0]?.use).toEqual(use);
  });

  it("is told by the tag that a client named just before a manifest of the same repository", async () => {
    const token = await make({ scopes: ["read_api"] });
    const at = (seconds: number) => new Date(now().getTime() - seconds * 1000);
    await report(token, "pull", { tag: "3.1", at: at(40) });
    await report(token, "pull", { tag: null, at: at(30) });
    expect((await find(token.id)).use?.last).toMatchObject({ tag: "3.1", at: at(30) });
    await report(token, "pull", { repository: "olga/app/api", tag: null, at: at(20) });
    expect((await find(token.id)).use?.last).toMatchObject({ tag: null, repository: "olga/app/api" });
  });

  it("is told nothing of what its bot did elsewhere, and nothing of what other bots did", async () => {
    const token = await make({ scopes: ["read_api"] });
    await createOwnProject(owner, "open", { visibility: "public" });
    await report(token, "pull", { repository: "olga/open" });
    const { use, usage } = await find(token.id);
    expect(use?.last).toBeUndefined();
    expect(use?.days.some(({ pulls, pushes }) => pulls + pushes > 0)).toBe(false);
    expect(usage.activity?.repositories).toEqual([]);
  });

  it("goes with its old secret as long as that is in grace, and is no row of its own then", async () => {
    const old = await make();
    await service.as(old.secret).get("/user");
    await service.container.lastUse.flush();
    const usedAt = now();
    const current = await rotate(old.id, owner.client, { grace_period: 86_400 });
    service.clock.advance({ hours: 23 });
    const ids = async (state: TokenState) => (await review(state)).tokens.map(({ token }) => token.id);
    expect(await ids("active")).toContain(current.id);
    expect([...(await ids("active")), ...(await ids("inactive"))]).not.toContain(old.id);
    expect((await find(current.id)).grace).toMatchObject({
      token: { id: old.id, lastFour: old.secret.slice(-4), lastUsedAt: usedAt },
      retiresAt: new Date(usedAt.getTime() + 86_400_000),
      safeToRetire: false,
    });
    expect(await find(old.id)).toMatchObject({ standing: { life: "in_grace" }, end: undefined });
    service.clock.advance({ hours: 1 });
    expect((await find(current.id)).grace).toBeUndefined();
    expect(await ids("inactive")).toContain(old.id);
  });
});

describe("an inactive token", () => {
  it("says that it expired, before and after the sweep that deletes its bot", async () => {
    const { id } = await make({ expires_at: "2026-11-10" });
    service.clock.set(new Date("2026-11-10T00:00:00Z"));
    const end = { kind: "expired", at: now() };
    expect(await endOf(id)).toEqual(end);
    service.clock.advance({ days: 40 });
    expect((await sweepTokens(service.container)).swept).toBeGreaterThan(0);
    expect(await endOf(id)).toEqual(end);
    expect(await find(id)).toMatchObject({
      user: { userType: "ghost" },
      use: undefined,
      usage: { activity: undefined },
    });
  });

  it("says who revoked it, or that it did so itself", async () => {
    const one = await make();
    await maintainer.client.delete(path(one.id));
    expect(await endOf(one.id)).toMatchObject({ kind: "revoked", at: now(), by: { username: "max" } });
    const other = await make();
    expect((await other.client.delete(path(other.id))).status).toBe(204);
    expect(await endOf(other.id)).toEqual({ kind: "revoked", at: now(), by: "itself" });
  });

  it("says who rotated it, or that it did so itself, and whether its grace ran out or was ended", async () => {
    const one = await make();
    await rotate(one.id, maintainer.client);
    expect(await endOf(one.id)).toMatchObject({ kind: "rotated", at: now(), by: { username: "max" } });
    const other = await make();
    const next = await rotate(other.id, other.client);
    expect(await endOf(other.id)).toEqual({ kind: "rotated", at: now(), by: "itself" });
    const last = await rotate(next.id, owner.client, { grace_period: 3600 });
    await maintainer.client.post(`${path(last.id)}/retire_predecessor`);
    expect(await endOf(next.id)).toMatchObject({ kind: "retired", at: now(), by: { username: "max" } });
    await rotate(last.id, owner.client, { grace_period: 3600 });
    service.clock.advance({ hours: 2 });
    const end = { kind: "grace_over", at: new Date(now().getTime() - 3_600_000) };
    expect(await endOf(last.id)).toEqual(end);
    await sweepTokens(service.container);
    expect(await endOf(last.id)).toEqual(end);
  });

  it("says that a secret of its family was reused, and only that of the one that lived until then", async () => {
    const one = await make();
    const current = await rotate(one.id);
    service.clock.advance({ minutes: 1 });
    await revokeReusedFamily(service.container, one.id);
    expect(await endOf(current.id)).toEqual({ kind: "reused", at: now() });
    expect(await endOf(one.id)).toMatchObject({ kind: "rotated", by: { username: "olga" } });
  });

  it("says that it was revoked with its family by the secret in grace, which is no reuse", async () => {
    const one = await make();
    const current = await rotate(one.id, owner.client, { grace_period: 3600 });
    service.clock.advance({ minutes: 1 });
    expect((await one.client.delete(path(one.id))).status).toBe(204);
    for (const { id } of [one, current]) expect(await endOf(id)).toEqual({ kind: "revoked", at: now(), by: "itself" });
  });
});

describe("the events of a token", () => {
  it("are its own life, what was done with it and what its bot did, the latest first; of nobody else", async () => {
    const token = await make();
    const stranger = await make();
    const step = () => service.clock.advance({ minutes: 1 });
    step();
    await report(token, "push", { tag: "1.0" });
    await report(stranger, "push", { tag: "9.9" });
    step();
    await token.client.put(`/projects/${project}`, { name: "App" });
    await service.root.put(`/projects/${project}`, { name: "app" });
    step();
    const current = await rotate(token.id);
    const of = async (id: number) => {
      const { events } = await find(id);
      return events.events.map(({ action, targetType, targetId }) =>
        `${action} ${targetType} ${targetId ?? ""}`.trim(),
      );
    };
    const done = [`updated Project ${project}`, "pushed Image", `created AccessToken ${token.id}`];
    expect(await of(token.id)).toEqual(done);
    // The bot goes on: what it did, it did with a secret of the family.
    expect(await of(current.id)).toEqual([`rotated AccessToken ${current.id}`, ...done.slice(0, 2)]);
    step();
    await owner.client.delete(path(current.id));
    expect(await of(current.id)).toEqual([`revoked AccessToken ${current.id}`, `rotated AccessToken ${current.id}`]);
    expect((await find(current.id)).events).toMatchObject({ total: 2, more: false });
    const page = { limit: 1, offset: 1 };
    const second = await findToken(service.container, { caller, of: { project }, tokenId: token.id, events: page });
    expect(second.events).toMatchObject({ total: 2, more: false, events: [{ action: "created" }] });
  });
});

describe("personal access tokens", () => {
  it("are one's own; nothing is known of what was pulled with them", async () => {
    const ann = await createUser(service, "ann");
    const by = await callerOf(service, ann);
    const { tokens, counts, owner: whose } = await review("active", { user: "self" }, by);
    expect(whose).toEqual({ kind: "human", userId: ann.id });
    expect(counts.active).toBe(1);
    expect(tokens).toMatchObject([{ user: { username: "ann" }, createdBy: { username: "root" }, use: undefined }]);
    const id = tokens[0]?.token.id ?? 0;
    expect(await find(id, { user: "self" }, by)).toMatchObject({ usage: { activity: undefined } });
    await expect(find(id, { user: "self" })).rejects.toThrow(NotFoundError);
    await expect(find(id)).rejects.toThrow(NotFoundError);
  });

  it("of another are an administrator's to see alone, and a bot has none", async () => {
    const bea = await createUser(service, "bea");
    const administrator = await callerOf(service, await createUser(service, "ada", { admin: true }));
    expect((await review("active", { user: bea.id }, administrator)).tokens).toHaveLength(1);
    await expect(review("active", { user: 999_999 }, administrator)).rejects.toThrow(NotFoundError);
    for (const user of [bea.id, 999_999]) await expect(review("active", { user })).rejects.toThrow(ForbiddenError);
    const bot = await callerOf(service, await make());
    await expect(review("active", { user: "self" }, bot)).rejects.toThrow(ForbiddenError);
  });
});

describe("the tokens of a project", () => {
  it("are told to its Maintainers, humans and bots, and to administrators", async () => {
    const { id } = await make();
    const administrator = await callerOf(service, await createUser(service, "adi", { admin: true }));
    const bot = await callerOf(service, await make({ access_level: 40 }));
    for (const by of [await callerOf(service, maintainer), administrator, bot]) {
      expect((await review("active", { project }, by)).tokens.length).toBeGreaterThan(0);
      expect((await find(id, { project }, by)).token.id).toBe(id);
    }
  });

  it("are kept from Developers; and to strangers and bots of other projects there is no such project", async () => {
    const { id } = await make();
    const developer = await createUser(service, "dev");
    await addProjectMember(service, project, developer.id, 30);
    const bot = await make({ access_level: 30 });
    for (const secret of [developer, bot]) {
      const by = await callerOf(service, secret);
      await expect(review("active", { project }, by)).rejects.toThrow(ForbiddenError);
      await expect(find(id, { project }, by)).rejects.toThrow(ForbiddenError);
    }
    const elsewhere = await createOwnProject(owner, "elsewhere");
    const foreign = await createProjectAccessToken(service, elsewhere, { by: owner });
    for (const secret of [await createUser(service, "sam"), foreign]) {
      const by = await callerOf(service, secret);
      for (const each of [project, 999_999]) {
        const missing = new NotFoundError("Project");
        await expect(review("active", { project: each }, by)).rejects.toThrow(missing);
        await expect(find(id, { project: each }, by)).rejects.toThrow(missing);
      }
    }
    await expect(find(foreign.id)).rejects.toThrow(new NotFoundError("Project Access Token"));
  });
});

describe("with 200 tokens", () => {
  it("a page and a token take the same number of queries as with one", async () => {
    const few = await createOwnProject(owner, "few");
    const many = await createOwnProject(owner, "many");
    /** And of those that are seldom, one: that works with another in grace, that was revoked. */
    const fill = async (of: number, count: number) => {
      await addManyTokens(service, of, count);
      const [old = 0, dead = 0] = await addManyTokens(service, of, 2);
      const which = { caller, project: of, tokenId: old, expiresAt: null };
      await rotateProjectToken(service.container, { ...which, graceSeconds: 60 });
      await revokeTokens(service.container, { caller, of: { project: of }, tokenIds: [dead] });
      return old;
    };
    const old = { few: await fill(few, 1), many: await fill(many, 200) };
    const sentBy = await watchStatements(service);
    for (const state of ["active", "inactive"] as const) {
      const sent = async (of: number) => (await sentBy(() => review(state, { project: of }))).length;
      expect(await sent(many)).toBe(await sent(few));
    }
    expect((await review("active", { project: many })).tokens).toHaveLength(50);
    expect((await review("active", { project: many })).counts.active).toBe(201);
    expect((await review("active", { project: many })).tokens[1]?.use?.days[29]).toMatchObject({ pulls: 7 });
    const one = async (of: number, id: number) => (await sentBy(() => find(id, { project: of }))).length;
    expect(await one(many, old.many)).toBe(await one(few, old.few));
  });
});
