import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findToken } from "../../../src/access-tokens/find-token.ts";
import { reviewTokens } from "../../../src/access-tokens/review-tokens.ts";
import { revokeTokens } from "../../../src/access-tokens/revoke-tokens.ts";
import { rotateProjectToken } from "../../../src/access-tokens/rotate-token.ts";
import type { TokenState } from "../../../src/access-tokens/token-standing.ts";
import { ForbiddenError, NotFoundError } from "../../../src/errors.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { callerOf } from "../../support/caller.ts";
import { addManyTokens } from "../../support/many-tokens.ts";
import { type ReportedImage, reportImage } from "../../support/report-image.ts";
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
  rotateProjectAccessToken,
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
const make = (more = {}) => createProjectAccessToken(service, project, { by: owner, ...more });
const now = () => service.clock.now();

const rotate = (id: number, by = owner.client, more = {}) => rotateProjectAccessToken(service, by, project, id, more);
const report = (token: ProjectAccessToken, action: "pull" | "push", image: ReportedImage) =>
  reportImage(service, token, action, image);

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
