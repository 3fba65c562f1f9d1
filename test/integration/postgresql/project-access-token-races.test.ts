import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import type { ApiAnswer } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  maintainer = await createUser(service, "max");
  project = await createOwnProject(owner, "app");
  await addProjectMember(service, project, maintainer.id, 40);
});
afterAll(() => service.stop());

/** What acts of a token. */
type Robot = Pick<ProjectAccessToken, "id" | "client">;

const tokens = () => `/projects/${project}/access_tokens`;
const statuses = (answers: ApiAnswer[]) => answers.map(({ status }) => status).sort();

/** What must hold at every moment. */
async function expectSound(): Promise<void> {
  const em = service.container.database.em();
  const [broken] = await em.execute<Record<string, number>[]>(`
    select
      (select count(*)::int from (
        select family from access_tokens where revoked_at is null group by family having count(*) > 1
      ) f) as families_with_two_live_secrets,
      (select count(*)::int from users u where u.user_type = 'project_bot' and not exists (
        select 1 from access_tokens t where t.user_id = u.id and t.revoked_at is null
      )) as bots_without_a_token,
      (select count(*)::int from access_tokens t join users u on u.id = t.user_id
        where t.project_id is not null and t.revoked_at is null and u.user_type <> 'project_bot'
      ) as tokens_without_a_bot,
      (select count(*)::int from users u where u.user_type = 'project_bot' and not exists (
        select 1 from members m where m.user_id = u.id
      )) as bots_without_a_membership`);
  expect(broken).toEqual({
    families_with_two_live_secrets: 0,
    bots_without_a_token: 0,
    tokens_without_a_bot: 0,
    bots_without_a_membership: 0,
  });
}

describe("two requests at once about one token", () => {
  it("rotate it once: the other is told that it is revoked", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const rotate = (by: User) => by.client.post(`${tokens()}/${robot.id}/rotate`);
    const answers = await Promise.all([rotate(owner), rotate(maintainer)]);
    expect(statuses(answers)).toEqual([200, 400]);
    await expectSound();
  });

  it("revoke it once: the other is told that there is none", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const revoke = (by: User) => by.client.delete(`${tokens()}/${robot.id}`);
    expect(statuses(await Promise.all([revoke(owner), revoke(maintainer)]))).toEqual([204, 404]);
    await expectSound();
  });

  it("rotate and revoke it: whichever comes first, it is revoked, and no secret of it lives", async () => {
    for (let round = 0; round < 6; round += 1) {
      const robot = await createProjectAccessToken(service, project, { by: owner });
      const [rotated, revoked] = await Promise.all([
        (round % 2 === 0 ? owner : robot).client.post(`${tokens()}/${robot.id}/rotate`),
        maintainer.client.delete(`${tokens()}/${robot.id}`),
      ]);
      expect(revoked.status).toBe(204);
      expect([200, 400, 401, 404]).toContain(rotated.status);
      expect((await owner.client.get(`/projects/${project}/members/${robot.userId}`)).status).toBe(404);
      if (rotated.status === 200) expect((await service.as(rotated.body.token).get("/user")).status).toBe(401);
      await expectSound();
    }
  });

  it("rotate and revoke a personal one: no secret of it lives", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { body } = await owner.client.post("/user/personal_access_tokens", { name: "laptop", scopes: ["api"] });
      const [rotated, revoked] = await Promise.all([
        service.as(body.token).post("/personal_access_tokens/self/rotate"),
        owner.client.delete(`/personal_access_tokens/${body.id}`),
      ]);
      expect(revoked.status).toBe(204);
      expect([200, 400, 401]).toContain(rotated.status);
      if (rotated.status === 200) expect((await service.as(rotated.body.token).get("/user")).status).toBe(401);
      await expectSound();
    }
  });

  it("rotate it by itself twice: the loser is refused, and no second secret lives", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const rotate = () => robot.client.post(`${tokens()}/self/rotate`);
    const [first, second] = statuses(await Promise.all([rotate(), rotate()]));
    expect(first).toBe(200);
    expect([400, 401]).toContain(second);
    await expectSound();
  });
});

describe("any operations, by any actors, at once", () => {
  const operation = fc.record({
    verb: fc.constantFrom("create", "rotate", "revoke", "rotateSelf", "revokeSelf", "reuse", "edit", "sweep"),
    /** Which of the tokens that there are by then. */
    token: fc.nat({ max: 5 }),
    actor: fc.nat({ max: 1 }),
  });
  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

  async function perform({ verb, token, actor }: Operation, robots: Robot[]): Promise<number> {
    const person = actor === 0 ? owner : maintainer;
    const robot = robots[token % Math.max(robots.length, 1)];
    if (verb === "create" || robot === undefined) {
      robots.push(await createProjectAccessToken(service, project, { by: person }));
      return 201;
    }
    const keep = ({ status, body }: ApiAnswer) => {
      if (status === 200) {
        robots.push({ id: body.id, client: service.as(body.token) });
      }
      return status;
    };
    switch (verb) {
      case "rotate":
        return keep(await person.client.post(`${tokens()}/${robot.id}/rotate`));
      case "rotateSelf":
      case "reuse":
        return keep(await robot.client.post(`${tokens()}/self/rotate`));
      case "revoke":
        return (await person.client.delete(`${tokens()}/${robot.id}`)).status;
      case "revokeSelf":
        return (await robot.client.delete("/personal_access_tokens/self")).status;
      case "edit":
        return (await robot.client.put(`/projects/${project}`, { description: "by a robot" })).status;
      case "sweep":
        await sweepTokens(service.container);
        return 200;
    }
  }

  it("never leave two live secrets in a family, a bot without a token, or a token without a bot", async () => {
    const rounds = fc.array(fc.array(operation, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    const property = fc.asyncProperty(rounds, async (sequence) => {
      const robots: Robot[] = [
        await createProjectAccessToken(service, project, { by: owner }),
        await createProjectAccessToken(service, project, { by: owner }),
      ];
      for (const round of sequence) {
        const answers = await Promise.all(round.map((each) => perform(each, robots)));
        expect(answers.filter((status) => status >= 500)).toEqual([]);
        await expectSound();
      }
    });
    await fc.assert(property, { numRuns: 25 });
  }, 120_000);
});
