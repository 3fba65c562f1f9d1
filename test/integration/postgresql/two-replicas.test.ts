import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeysideError } from "../../../src/errors.ts";
import { createTestDatabase } from "../../support/database.ts";
import { FUZZ_FACTOR } from "../../support/fuzz.ts";
import { issueToken } from "../../support/issue-token.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../../support/world.ts";

/** Rounds of each kind of change: in a round a right is taken and given back. */
const ROUNDS = 100 * FUZZ_FACTOR;

/** Requests under way at each replica all the time, beside those that a round is about. */
const LOAD = 8;

/** A right that one replica takes and gives back, and who loses it. */
interface Lane {
  readonly what: string;
  readonly take: string;
  readonly give: string;
  readonly secret: string | undefined;
  readonly scope: string;
}

let one: TestService;
let other: TestService;

beforeAll(async () => {
  const database = await createTestDatabase();
  one = await startTestService({ database });
  // The first of the two removes the database.
  other = await startTestService({ clock: one.clock, database: { ...database, remove: () => Promise.resolve() } });
  await enableProjectAccessTokens(one);
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

/** Makes a project with a bot and a human for each kind of change, so that no two are about the same rows. */
async function lanes(): Promise<readonly Lane[]> {
  const team = await createGroup(one, "team");
  const make = async (what: string, more: (rows: Rows) => Pick<Lane, "take" | "give" | "secret">): Promise<Lane> => {
    const path = what.replaceAll(" ", "-");
    const open = what.endsWith("private");
    const project = await createProject(one, team, path, open ? { visibility: "public" } : {});
    const bot = await createProjectAccessToken(one, project, { scopes: ["read_registry"] });
    const human = await createUser(one, path);
    await addProjectMember(one, project, human.id, 20);
    const secret = await createPersonalAccessToken(one, human.id, ["read_registry"]);
    return { what, scope: `repository:team/${path}:pull`, ...more({ project, human: human.id, bot, secret }) };
  };
  return await Promise.all([
    make("a token revoked", ({ bot: { id, secret } }) => ({
      secret,
      take: `update access_tokens set revoked_at = now() where id = ${id}`,
      give: `update access_tokens set revoked_at = null where id = ${id}`,
    })),
    make("a token narrowed", ({ bot: { id, secret } }) => ({
      secret,
      take: `update access_tokens set scopes = '{api}' where id = ${id}`,
      give: `update access_tokens set scopes = '{read_registry}' where id = ${id}`,
    })),
    make("a token that ends today", ({ bot: { id, secret } }) => ({
      secret,
      take: `update access_tokens set expires_at = '2026-11-02' where id = ${id}`,
      give: `update access_tokens set expires_at = '2026-11-03' where id = ${id}`,
    })),
    make("a user blocked", ({ human, secret }) => ({
      secret,
      take: `update users set state = 'blocked' where id = ${human}`,
      give: `update users set state = 'active' where id = ${human}`,
    })),
    make("a member removed", ({ human, project, secret }) => ({
      secret,
      take: `delete from members where user_id = ${human}`,
      give: `insert into members (created_at, user_id, project_id, access_level) values (now(), ${human}, ${project}, 20)`,
    })),
    make("a member lowered", ({ human, secret }) => ({
      secret,
      take: `update members set access_level = 10 where user_id = ${human}`,
      give: `update members set access_level = 20 where user_id = ${human}`,
    })),
    make("a project made private", ({ project }) => ({
      secret: undefined,
      take: `update projects set visibility = 'private' where id = ${project}`,
      give: `update projects set visibility = 'public' where id = ${project}`,
    })),
    make("a registry turned off", ({ project, bot: { secret } }) => ({
      secret,
      take: `update projects set container_registry_enabled = false where id = ${project}`,
      give: `update projects set container_registry_enabled = true where id = ${project}`,
    })),
    make("a path moved", ({ bot: { secret } }) => ({
      secret,
      take: "update full_paths set path = 'team/elsewhere' where path = 'team/a-path-moved'",
      give: "update full_paths set path = 'team/a-path-moved' where path = 'team/elsewhere'",
    })),
    make("a project deleted", ({ secret }) => ({
      secret,
      take: "update full_paths set deleted_at = now() where path = 'team/a-project-deleted'",
      give: "update full_paths set deleted_at = null where path = 'team/a-project-deleted'",
    })),
  ]);
}

interface Rows {
  readonly project: number;
  readonly human: number;
  readonly bot: { readonly id: number; readonly secret: string };
  /** The human's. */
  readonly secret: string;
}

/** Whether a replica grants what a lane is about. */
async function grants({ container }: TestService, { secret, scope }: Lane): Promise<boolean> {
  try {
    const { access } = await issueToken(container, secret, [scope]);
    return access.length > 0;
  } catch (error) {
    if (error instanceof KeysideError && ["invalid_token", "unauthenticated"].includes(error.code)) return false;
    throw error;
  }
}

describe("two replicas under load", () => {
  it("see at the very next request what the other has taken or given, whatever it was", async () => {
    const all = await lanes();
    for (const lane of all)
      expect([lane.what, await grants(one, lane), await grants(other, lane)]).toEqual([lane.what, true, true]);
    let isOver = false;
    let [rounds, besides] = [0, 0];
    const load = [one, other].flatMap((replica) =>
      Array.from({ length: LOAD }, async (_, index) => {
        for (let next = index; !isOver; next += 1) {
          await grants(replica, all[next % all.length] as Lane);
          besides += 1;
          // Lets requests of other kinds come in between.
          await pause(0);
        }
      }),
    );
    const wrong: string[] = [];
    const round = async (lane: Lane, number: number) => {
      const [changed, asked] = number % 2 === 0 ? [one, other] : [other, one];
      await changed.container.database.transaction((em) => em.execute(lane.take));
      if (await grants(asked, lane)) wrong.push(`${lane.what}: granted in round ${number}, after it was taken`);
      await changed.container.database.transaction((em) => em.execute(lane.give));
      if (!(await grants(asked, lane))) wrong.push(`${lane.what}: refused in round ${number}, after it was given`);
      rounds += 1;
    };
    try {
      await Promise.all(
        all.map(async (lane) => {
          for (let number = 0; number < ROUNDS; number += 1) await round(lane, number);
        }),
      );
    } finally {
      isOver = true;
      await Promise.all(load);
    }
    expect(wrong).toEqual([]);
    expect(rounds).toBe(all.length * ROUNDS);
    expect(besides).toBeGreaterThan(rounds);
  });

  it("refuse at the very next request a secret whose grace has ended, though nothing changed, and answered it a moment ago", async () => {
    const group = await createGroup(one, "grace");
    const project = await createProject(one, group, "app");
    const scopes = ["repository:grace/app:pull"];
    const ask = async (replica: TestService, secret: string) => {
      const { status } = await requestToken(replica, { password: secret, scopes });
      return [status, (await replica.as(secret).get(`/projects/${project}`)).status];
    };
    for (const [rotating, asked] of [
      [one, other],
      [other, one],
    ] as const) {
      const old = await createProjectAccessToken(one, project, { scopes: ["read_registry", "read_api"] });
      expect(await ask(asked, old.secret)).toEqual([200, 200]);
      const { body } = await rotating.root.post(`/projects/${project}/access_tokens/${old.id}/rotate`, {
        grace_period: 60,
      });
      one.clock.advance({ seconds: 59 });
      for (const secret of [old.secret, body.token]) {
        for (const replica of [one, other]) expect(await ask(replica, secret)).toEqual([200, 200]);
      }
      one.clock.advance({ seconds: 1 });
      for (const replica of [one, other]) {
        expect(await ask(replica, old.secret)).toEqual([401, 401]);
        expect(await ask(replica, body.token)).toEqual([200, 200]);
      }
    }
    // Ended by hand on one of them.
    const old = await createProjectAccessToken(one, project, { scopes: ["read_registry", "read_api"] });
    const { body } = await one.root.post(`/projects/${project}/access_tokens/${old.id}/rotate`, { grace_period: 60 });
    expect(await ask(other, old.secret)).toEqual([200, 200]);
    await one.root.post(`/projects/${project}/access_tokens/${body.id}/retire_predecessor`);
    expect(await ask(other, old.secret)).toEqual([401, 401]);
  });

  it("refuse over HTTP what the other's API has revoked, at the very next request", async () => {
    const group = await createGroup(one, "http");
    const project = await createProject(one, group, "app");
    for (let number = 0; number < 20; number += 1) {
      const { id, secret } = await createProjectAccessToken(one, project, { scopes: ["read_registry"] });
      const question = { password: secret, scopes: ["repository:http/app:pull"] };
      for (const replica of [one, other, other]) expect((await requestToken(replica, question)).access).toHaveLength(1);
      await one.root.delete(`/projects/${project}/access_tokens/${id}`);
      expect((await requestToken(other, question)).status).toBe(401);
    }
  });
});
