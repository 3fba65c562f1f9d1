import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findEndingTokens } from "../../../src/access-tokens/find-ending-tokens.ts";
import { findFirstUse } from "../../../src/access-tokens/find-first-use.ts";
import { ForbiddenError, NotFoundError } from "../../../src/errors.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { ownChores } from "../../../src/server/chores.ts";
import { callerOf } from "../../support/caller.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createStaffedProject,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;
let caller: SignedInPrincipal;
let stranger: SignedInPrincipal;
let developer: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.0/8" } });
  await enableProjectAccessTokens(service);
  ({ owner, maintainer, project } = await createStaffedProject(service));
  caller = await callerOf(service, owner);
  stranger = await callerOf(service, await createUser(service, "sam"));
  const dev = await createUser(service, "dev");
  await addProjectMember(service, project, dev.id, 30);
  developer = await callerOf(service, dev);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const make = (more = {}) => createProjectAccessToken(service, project, { by: owner, ...more });
const firstUse = (tokenId: number, by = caller) =>
  findFirstUse(service.container, { caller: by, of: { project }, tokenId });

describe("the first use of a token", () => {
  it("is told by client and address within 5 s: the chore that writes it comes that often", async () => {
    const { id, secret } = await make({ scopes: ["read_registry"] });
    const createdAt = service.clock.now();
    expect(await firstUse(id)).toEqual({ createdAt, lastUsedAt: null, client: null, address: null });
    service.clock.advance({ seconds: 30 });
    await requestToken(service, { password: secret, from: "10.4.2.17" });
    const chore = ownChores(service.container).find(({ name }) => name === "write what requests noted");
    expect(chore?.everyMs).toBeLessThanOrEqual(5_000);
    await chore?.run();
    expect(await firstUse(id)).toEqual({
      ...{ createdAt, lastUsedAt: service.clock.now(), client: "node", address: "10.4.2.17" },
    });
  });

  it("is asked for in a number of queries that hardly costs, and by whoever may see the token", async () => {
    const { id } = await make();
    const sentBy = await watchStatements(service);
    expect((await sentBy(() => firstUse(id))).length).toBeLessThanOrEqual(3);
    expect((await firstUse(id, await callerOf(service, maintainer))).lastUsedAt).toBeNull();
    await expect(firstUse(id, developer)).rejects.toThrow(ForbiddenError);
    await expect(firstUse(id, stranger)).rejects.toThrow(new NotFoundError("Project"));
    const elsewhere = await createProjectAccessToken(service, await createOwnProject(owner, "lib"), { by: owner });
    await expect(firstUse(elsewhere.id)).rejects.toThrow(new NotFoundError("Project Access Token"));
  });
});

describe("the tokens that end soon", () => {
  const ending = (projectIds: readonly number[], by = caller) =>
    findEndingTokens(service.container, { caller: by, projectIds });

  it("are those that do within 14 days, by project: how many, and the first three with their last use", async () => {
    const [busy, quiet] = [await createOwnProject(owner, "busy"), await createOwnProject(owner, "quiet")];
    const inBusy = (more: object) => createProjectAccessToken(service, busy, { by: owner, ...more });
    const tokens = [];
    for (const expires_at of ["2026-11-05", "2026-11-04", "2026-11-06", "2026-11-16"])
      tokens.push(await inBusy({ expires_at }));
    await inBusy({ name: "later", expires_at: "2026-11-17" });
    await inBusy({ name: "endless" });
    const dead = await inBusy({ expires_at: "2026-11-03" });
    await owner.client.delete(`/projects/${busy}/access_tokens/${dead.id}`);
    const graced = await inBusy({ expires_at: "2026-11-03" });
    await owner.client.post(`/projects/${busy}/access_tokens/${graced.id}/rotate`, {
      ...{ expires_at: "2026-12-31", grace_period: 3600 },
    });
    await tokens[0]?.client.get("/user");
    await service.container.lastUse.flush();
    const found = await ending([quiet, busy]);
    expect([...found.keys()]).toEqual([busy]);
    expect(found.get(busy)?.count).toBe(4);
    expect(found.get(busy)?.first).toMatchObject([
      { id: tokens[1]?.id, expiresAt: "2026-11-04", lastUsedAt: null },
      { id: tokens[0]?.id, expiresAt: "2026-11-05", lastUsedAt: service.clock.now() },
      { id: tokens[2]?.id, expiresAt: "2026-11-06", lastFour: tokens[2]?.secret.slice(-4) },
    ]);
  });

  it("are found for many projects in one query, in the projects that the caller maintains, by whatever way", async () => {
    const team = await createGroup(service, "team");
    const inside = await createProject(service, await createGroup(service, "inside", team), "app");
    const open = await createProject(service, team, "open", { visibility: "public" });
    for (const each of [project, inside, open])
      await createProjectAccessToken(service, each, { expires_at: "2026-11-04" });
    const gus = await createUser(service, "gus");
    await addGroupMember(service, team, gus.id, 40);
    const asked = [project, inside, open, 999_999];
    const idsFor = async (by: SignedInPrincipal) => [...(await ending(asked, by)).keys()].sort();
    expect(await idsFor(await callerOf(service, gus))).toEqual([inside, open].sort());
    expect(await idsFor(await callerOf(service, maintainer))).toEqual([project]);
    const administrator = await callerOf(service, await createUser(service, "ada", { admin: true }));
    expect(await idsFor(administrator)).toEqual([project, inside, open].sort());
    const bot = await createProjectAccessToken(service, inside, { access_level: 40 });
    expect(await idsFor(await callerOf(service, bot))).toEqual([inside]);
    expect(await idsFor(developer)).toEqual([]);
    expect(await idsFor(stranger)).toEqual([]);
    const sentBy = await watchStatements(service);
    expect(await sentBy(() => ending(asked, administrator))).toHaveLength(1);
  });
});
