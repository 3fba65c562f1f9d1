import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import type { ApiAnswer } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createProjectAccessToken,
  createStaffedProject,
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
  ({ owner, maintainer, project } = await createStaffedProject(service));
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
        select family from access_tokens where revoked_at is null group by family
        having count(*) filter (where retires_at is null) <> 1 or count(*) > 2
      ) f) as families_without_one_current_secret_and_one_in_grace_at_most,
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
    families_without_one_current_secret_and_one_in_grace_at_most: 0,
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

describe("many rotations with a grace at once", () => {
  const live = async (family: number) => {
    const rows = await service.container.database
      .em()
      .execute(
        "select id, retires_at is null as current from access_tokens where revoked_at is null and family = (select family from access_tokens where id = ?) order by id",
        [family],
      );
    return rows as { id: number; current: boolean }[];
  };

  it("of one token, named and by itself: one comes first, and the others are told of the grace", async () => {
    for (let round = 0; round < 5; round += 1) {
      const robot = await createProjectAccessToken(service, project, { by: owner });
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, number) =>
          number % 2 === 0
            ? (number % 4 === 0 ? owner : maintainer).client.post(`${tokens()}/${robot.id}/rotate`, {
                grace_period: 60,
              })
            : robot.client.post("/personal_access_tokens/self/rotate", { grace_period: 60 }),
        ),
      );
      expect(statuses(answers)).toEqual([200, ...Array.from({ length: 11 }, () => 409)]);
      const made = answers.find(({ status }) => status === 200)?.body;
      expect(await live(robot.id)).toEqual([
        { id: robot.id, current: false },
        { id: made.id, current: true },
      ]);
      for (const client of [robot.client, service.as(made.token)]) expect((await client.get("/user")).status).toBe(200);
    }
  });

  it("of a token whose predecessor's grace has just ended: none leaves a third", async () => {
    for (let round = 0; round < 5; round += 1) {
      const robot = await createProjectAccessToken(service, project, { by: owner });
      const { body } = await owner.client.post(`${tokens()}/${robot.id}/rotate`, { grace_period: 60 });
      service.clock.advance({ minutes: 1 });
      const answers = await Promise.all([
        ...[owner, maintainer, owner].map(({ client }) =>
          client.post(`${tokens()}/${body.id}/rotate`, { grace_period: 60 }),
        ),
        sweepTokens(service.container).then(() => ({ status: 0 }) as ApiAnswer),
      ]);
      expect(statuses(answers)).toEqual([0, 200, 409, 409]);
      expect(await live(robot.id)).toMatchObject([{ id: body.id, current: false }, { current: true }]);
      const { body: events } = await owner.client.get(`/projects/${project}/events?action=retired&per_page=100`);
      expect(events.filter((event: { target_id: number }) => event.target_id === robot.id)).toHaveLength(1);
    }
  });

  it("beside the ends of them, by retire_predecessor, DELETE and a rotation without: all is sound after it", async () => {
    for (let round = 0; round < 8; round += 1) {
      const robot = await createProjectAccessToken(service, project, { by: owner });
      const { body } = await owner.client.post(`${tokens()}/${robot.id}/rotate`, { grace_period: 60 });
      const current = `${tokens()}/${body.id}`;
      const answers = await Promise.all([
        owner.client.post(`${current}/rotate`, { grace_period: 60 }),
        owner.client.post(`${current}/retire_predecessor`),
        maintainer.client.post(`${current}/rotate`, { grace_period: 60 }),
        maintainer.client.post(`${current}/rotate`),
        ...(round % 2 === 0 ? [maintainer.client.delete(`${tokens()}/${robot.id}`)] : []),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      await expectSound();
    }
  });

  it("cannot be told to the database either: it refuses a second current row and a second one in grace", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await owner.client.post(`${tokens()}/${robot.id}/rotate`, { grace_period: 60 });
    const third = (retiresAt: string) =>
      service.container.database.em().execute(
        `insert into access_tokens
           (created_at, user_id, project_id, name, scopes, access_level, digest, last_four, created_by_id, family, retires_at)
         select created_at, user_id, project_id, name, scopes, access_level, gen_random_uuid()::text, last_four,
           created_by_id, family, ${retiresAt}
         from access_tokens where id = ?`,
        [robot.id],
      );
    for (const retiresAt of ["null", "now()", "now() + interval '1 year'"])
      await expect(third(retiresAt)).rejects.toThrow(/access_tokens_family_unrevoked_unique/);
    expect(await live(robot.id)).toHaveLength(2);
  });
});

describe("any operations, by any actors, at once", () => {
  const operation = fc.record({
    verb: fc.constantFrom(
      "create",
      "rotate",
      "rotateWithGrace",
      "retire",
      "revoke",
      "rotateSelf",
      "graceSelf",
      "revokeSelf",
      "reuse",
      "edit",
      "sweep",
      "wait",
    ),
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
      case "rotateWithGrace":
        return keep(await person.client.post(`${tokens()}/${robot.id}/rotate`, { grace_period: 60 }));
      case "graceSelf":
        return keep(await robot.client.post(`${tokens()}/self/rotate`, { grace_period: 60 }));
      case "retire":
        return (await person.client.post(`${tokens()}/${robot.id}/retire_predecessor`)).status;
      case "rotateSelf":
      case "reuse":
        return keep(await robot.client.post(`${tokens()}/self/rotate`));
      case "revoke":
        return (await person.client.delete(`${tokens()}/${robot.id}`)).status;
      case "revokeSelf":
        return (await robot.client.delete("/personal_access_tokens/self")).status;
      case "edit":
        return (await robot.client.put(`/projects/${project}`, { description: "by a robot" })).status;
      case "wait":
        service.clock.advance({ seconds: 31 });
        return 200;
      case "sweep":
        await sweepTokens(service.container);
        return 200;
    }
  }

  it("never leave three live secrets in a family, or two and none in grace, a bot without a token, or a token without a bot", async () => {
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
