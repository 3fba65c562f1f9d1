import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { previewRevocation } from "../../../src/access-tokens/preview-revocation.ts";
import { revokeTokens } from "../../../src/access-tokens/revoke-tokens.ts";
import { ForbiddenError, NotFoundError, ValidationError } from "../../../src/errors.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { callerOf } from "../../support/caller.ts";
import { failOn } from "../../support/failing-table.ts";
import { addManyTokens } from "../../support/many-tokens.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { shapes, watchStatements } from "../../support/statements.ts";
import {
  addProjectMember,
  createOwnProject,
  createPersonalAccessToken,
  createProjectAccessToken,
  createStaffedProject,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;
let caller: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ({ owner, project } = await createStaffedProject(service));
  caller = await callerOf(service, owner);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

type Of = { project: number } | { user: "self" | number };
const revoke = (tokenIds: readonly number[], of: Of = { project }, by = caller) =>
  revokeTokens(service.container, { caller: by, of, tokenIds });
const preview = (tokenIds: readonly number[], of: Of = { project }, by = caller) =>
  previewRevocation(service.container, { caller: by, of, tokenIds });
const make = (more = {}) => createProjectAccessToken(service, project, { by: owner, ...more });
const path = (id: number) => `/projects/${project}/access_tokens/${id}`;
const statusOf = async ({ client }: Pick<ProjectAccessToken, "client">) => (await client.get("/user")).status;
const rotate = async (id: number, more = {}): Promise<number> =>
  (await owner.client.post(`${path(id)}/rotate`, more)).body.id;
const personalTokens = async (id: number): Promise<{ id: number; revoked: boolean }[]> =>
  (await service.root.get(`/personal_access_tokens?user_id=${id}&per_page=100`)).body;

describe("revoking many tokens", () => {
  it("ends all of them for the very next request, their bots too, and leaves the others", async () => {
    const [one, other, third] = [await make(), await make(), await make()];
    expect(await revoke([one.id, other.id])).toEqual({ revoked: [other.id, one.id], skipped: [] });
    expect([await statusOf(one), await statusOf(other), await statusOf(third)]).toEqual([401, 401, 200]);
    expect((await service.root.get(`/users/${one.userId}`)).status).toBe(404);
    expect((await owner.client.get(path(one.id))).body).toMatchObject({ revoked: true });
  });

  it("skips what is dead already, what is named twice, what is another project's and what does not exist", async () => {
    const [living, dead, expired] = [await make(), await make(), await make({ expires_at: "2026-11-03" })];
    await owner.client.delete(path(dead.id));
    const elsewhere = await createProjectAccessToken(service, await createOwnProject(owner, "elsewhere"), {
      by: owner,
    });
    service.clock.advance({ days: 2 });
    const named = [living.id, living.id, dead.id, expired.id, elsewhere.id, 999_999];
    const answer = { revoked: [expired.id, living.id], skipped: [dead.id, elsewhere.id, 999_999] };
    expect((await preview(named)).skipped).toEqual(answer.skipped);
    expect(await revoke(named)).toEqual(answer);
    expect(await revoke(named)).toEqual({ revoked: [], skipped: [...new Set(named)] });
    expect(await statusOf(elsewhere)).toBe(200);
  });

  it("ends the whole family of one, whichever of its numbers is named", async () => {
    const old = await make();
    const current = await rotate(old.id, { grace_period: 3600 });
    expect((await preview([old.id])).tokens).toMatchObject([
      { token: { id: current }, grace: { token: { id: old.id } } },
    ]);
    expect(await revoke([old.id, current])).toEqual({ revoked: [current, old.id], skipped: [] });
    expect(await statusOf(old)).toBe(401);
    expect((await owner.client.get(path(current))).body).toMatchObject({ revoked: true });
  });

  it("ends all or none", async () => {
    const [one, other] = [await make(), await make()];
    const mend = await failOn(service, "delete", "members");
    await expect(revoke([one.id, other.id])).rejects.toThrow("injected");
    await mend();
    expect([await statusOf(one), await statusOf(other)]).toEqual([200, 200]);
  });

  it("ends personal tokens of one human: one's own or, for administrators, anybody's, and the human stays", async () => {
    const ann = await createUser(service, "ann");
    const by = await callerOf(service, ann);
    for (let count = 0; count < 3; count++) await createPersonalAccessToken(service, ann.id, ["read_api"]);
    const ids = (await personalTokens(ann.id)).map(({ id }) => id).sort((one, other) => one - other);
    const [own = 0, first = 0, second = 0, third = 0] = ids;
    expect(await revoke([first, second], { user: "self" }, by)).toEqual({ revoked: [second, first], skipped: [] });
    expect(await preview([third], { user: "self" }, by)).toMatchObject({ bots: [], records: 0, uses: undefined });
    await expect(revoke([third], { user: ann.id })).rejects.toThrow(ForbiddenError);
    expect(await revoke([third], { user: "self" })).toEqual({ revoked: [], skipped: [third] });
    const administrator = await callerOf(service, await createUser(service, "ada", { admin: true }));
    expect(await revoke([third], { user: ann.id }, administrator)).toEqual({ revoked: [third], skipped: [] });
    const living = (await personalTokens(ann.id)).filter(({ revoked }) => !revoked).map(({ id }) => id);
    expect(living).toEqual([own]);
    expect((await service.root.get(`/users/${ann.id}`)).status).toBe(200);
  });
});

describe("who may revoke a project's tokens, and preview it", () => {
  it("are Maintainers; a bot may revoke none but its own", async () => {
    const token = await make();
    const bot = await callerOf(service, await make({ access_level: 50 }));
    await expect(revoke([token.id], { project }, bot)).rejects.toThrow(ForbiddenError);
    const developer = await createUser(service, "dev");
    await addProjectMember(service, project, developer.id, 30);
    for (const work of [revoke, preview]) {
      await expect(work([token.id], { project }, await callerOf(service, developer))).rejects.toThrow(ForbiddenError);
    }
    expect(await statusOf(token)).toBe(200);
  });

  it("are no strangers: to them there is no such project", async () => {
    const token = await make();
    const stranger = await callerOf(service, await createUser(service, "sam"));
    for (const work of [revoke, preview]) {
      for (const each of [project, 999_999])
        await expect(work([token.id], { project: each }, stranger)).rejects.toThrow(new NotFoundError("Project"));
    }
    expect(await statusOf(token)).toBe(200);
  });
});

describe("the preview of a revocation", () => {
  it("says how long a registry token may be accepted afterwards: longer, where one may push", async () => {
    const [pushing, pulling] = [await make({ scopes: ["write_registry"] }), await make({ scopes: ["read_registry"] })];
    expect((await preview([pulling.id])).registryTokensLastSeconds).toBe(300 + 60);
    expect((await preview([pulling.id, pushing.id])).registryTokensLastSeconds).toBe(900 + 60);
  });

  it("tells of the last use, of the uses in 30 days, of the bot and of its records, and changes nothing", async () => {
    const [id = 0] = await addManyTokens(service, project, 1);
    const { tokens, uses, bots, records, skipped } = await preview([id]);
    expect(tokens).toMatchObject([{ token: { id }, use: { last: { action: "pull", tag: "v1" } } }]);
    expect({ uses, bots, skipped }).toMatchObject({ uses: 210, bots: [{ userType: "project_bot" }], skipped: [] });
    // The token with its user and its creator, 30 counts, a report; the membership is deleted.
    expect(records).toBe(33);
    const before = await service.container.database.em().execute("select 1 from users where user_type = 'project_bot'");
    await preview([id]);
    const after = await service.container.database.em().execute("select 1 from users where user_type = 'project_bot'");
    expect(after).toHaveLength(before.length);
  });

  it("counts the records that in fact pass to the Ghost User", async () => {
    const [id = 0] = await addManyTokens(service, project, 1);
    const { records, bots } = await preview([id]);
    const references = async (userId: number) => {
      const [row] = await service.container.database.em().execute<{ number: number }[]>(
        `select ((select count(*) from access_tokens where ? in (user_id, created_by_id)) * 2
          + (select count(*) from registry_events where user_id = ?)
          + (select count(*) from registry_event_counts where user_id = ?))::int as number`,
        [userId, userId, userId],
      );
      return row?.number;
    };
    expect(await references(bots[0]?.id ?? 0)).toBe(records);
  });

  it("counts no further than to 10,000 records", async () => {
    const [id = 0] = await addManyTokens(service, project, 1);
    const add = (count: number) =>
      service.container.database.em().execute(
        `insert into events (created_at, author_id, action, target_type, target_title)
         select ?, user_id, 'created', 'Path', 'x' from access_tokens, generate_series(1, ?::int) where id = ?`,
        [service.clock.now(), count, id],
      );
    await add(9_999 - 33);
    expect((await preview([id])).records).toBe(9_999);
    await add(1);
    expect((await preview([id])).records).toBeUndefined();
  });
});

describe("revoking as many as may be revoked at once", () => {
  it("takes 1 to 100 tokens, and neither none nor more", async () => {
    for (const count of [0, 101]) {
      const ids = Array.from({ length: count }, (_, index) => index + 1);
      await expect(revoke(ids)).rejects.toThrow(ValidationError);
      await expect(preview(ids)).rejects.toThrow(ValidationError);
    }
    const ids = await addManyTokens(service, project, 100);
    expect((await revoke(ids)).revoked).toHaveLength(100);
  });

  it("takes the same statements however many there are, and the preview the same number", async () => {
    const few = await addManyTokens(service, project, 2);
    const many = await addManyTokens(service, project, 100);
    const sentBy = await watchStatements(service);
    expect((await sentBy(() => preview(many))).length).toBe((await sentBy(() => preview(few))).length);
    expect(shapes(await sentBy(() => revoke(many)))).toEqual(shapes(await sentBy(() => revoke(few))));
    const events = await service.container.database
      .em()
      .execute("select 1 from events where action = 'revoked' and target_id in (?)", [[...few, ...many]]);
    expect(events).toHaveLength(102);
  });
});
