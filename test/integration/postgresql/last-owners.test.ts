import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { addGroupMember, createPersonalAccessToken } from "../../support/world.ts";

let service: TestService;
let count = 0;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** How often two requests race: whoever comes first is a matter of luck. */
const ROUNDS = 4;

interface Person {
  readonly id: number;
  readonly client: ApiClient;
}

/** A human without a password: nothing here signs in with one, and making one takes long. */
async function person(more: { admin?: boolean } = {}): Promise<Person> {
  const name = `person${++count}`;
  const account = { username: name, name, email: `${name}@example.com`, reset_password: true, ...more };
  const { id } = (await service.root.post("/users", account)).body;
  return { id, client: service.as(await createPersonalAccessToken(service, id, ["api"])) };
}

async function groupOf({ client }: Person, parentId?: number): Promise<number> {
  const path = `group${++count}`;
  const { status, body } = await client.post("/groups", { name: path, path, parent_id: parentId });
  expect(status).toBe(201);
  return body.id;
}

const sql = <Row>(text: string, values: unknown[] = []) => service.container.database.em().execute<Row[]>(text, values);

const activeOwners = async (group: number) =>
  (
    await sql(
      `select 1 from members m join users u on u.id = m.user_id
       where m.namespace_id = ? and m.access_level = 50 and u.state = 'active'`,
      [group],
    )
  ).length;

const succeeded = (answers: readonly ApiAnswer[]) => answers.filter(({ status }) => status < 300).length;
const statuses = (answers: readonly ApiAnswer[]) => answers.map(({ status }) => status);

/** Each pair of keys once, each key with itself too. */
const pairs = <Key extends string>(of: Record<Key, unknown>): [Key, Key][] => {
  const keys = Object.keys(of) as Key[];
  return keys.flatMap((one, index) => keys.slice(index).map((other): [Key, Key] => [one, other]));
};

/** The ways in which an Owner can go. */
const DEPARTURES = {
  delete: (_group: number, { id }: Person) => service.root.delete(`/users/${id}`),
  block: (_group: number, { id }: Person) => service.root.post(`/users/${id}/block`),
  demote: (group: number, { id }: Person) => service.root.put(`/groups/${group}/members/${id}`, { access_level: 40 }),
  remove: (group: number, { id }: Person) => service.root.delete(`/groups/${group}/members/${id}`),
  leave: (group: number, { id, client }: Person) => client.delete(`/groups/${group}/members/${id}`),
};
type Departure = keyof typeof DEPARTURES;

describe("the last Owner of a group", () => {
  it.each(Object.keys(DEPARTURES) as Departure[])("cannot go: %s", async (way) => {
    const owner = await person();
    const group = await groupOf(owner);
    const answer = await DEPARTURES[way](group, owner);
    expect([400, 409]).toContain(answer.status);
    expect(answer.body.message).toContain("Owner");
    expect(await activeOwners(group)).toBe(1);
  });

  it.each(Object.keys(DEPARTURES) as Departure[])("is who is left beside a blocked one: %s", async (way) => {
    const owner = await person();
    const blocked = await person();
    const group = await groupOf(owner);
    await addGroupMember(service, group, blocked.id, 50);
    expect((await service.root.post(`/users/${blocked.id}/block`)).status).toBe(201);
    expect([400, 409]).toContain((await DEPARTURES[way](group, owner)).status);
    expect((await service.root.post(`/users/${blocked.id}/unblock`)).status).toBe(201);
    expect((await DEPARTURES[way](group, owner)).status).toBeLessThan(300);
  });

  it.each(pairs(DEPARTURES))("stays when two go at once: %s and %s", async (one, other) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second] = [await person(), await person()];
      const group = await groupOf(first);
      await addGroupMember(service, group, second.id, 50);
      const answers = await Promise.all([DEPARTURES[one](group, first), DEPARTURES[other](group, second)]);
      expect(succeeded(answers), String(statuses(answers))).toBe(1);
      expect(await activeOwners(group)).toBe(1);
    }
  });

  it("stays when the one who is to follow is blocked at the same time", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner, successor] = [await person(), await person()];
      const group = await groupOf(owner);
      const handOver = async () => {
        await owner.client.post(`/groups/${group}/members`, { user_id: successor.id, access_level: 50 });
        await owner.client.delete(`/groups/${group}/members/${owner.id}`);
      };
      await Promise.all([handOver(), service.root.post(`/users/${successor.id}/block`)]);
      expect(await activeOwners(group)).toBeGreaterThan(0);
    }
  });

  it.each(["block", "delete"] as const)("is nobody who made the group and went at the same time: %s", async (way) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const creator = await person();
      const path = `race${++count}`;
      const [made, gone] = await Promise.all([
        creator.client.post("/groups", { name: path, path }),
        DEPARTURES[way](0, creator),
      ]);
      expect(succeeded([made, gone]), String(statuses([made, gone]))).toBe(1);
      if (made.status === 201) expect(await activeOwners(made.body.id)).toBe(1);
    }
  });
});

describe("a nested group", () => {
  it.each(Object.keys(DEPARTURES) as Departure[])("inherits its Owners, so its own may go: %s", async (way) => {
    const above = await person();
    const nested = await groupOf(above, await groupOf(above));
    const owner = await person();
    await addGroupMember(service, nested, owner.id, 50);
    await DEPARTURES.remove(nested, above);
    expect((await DEPARTURES[way](nested, owner)).status).toBeLessThan(300);
    expect(await activeOwners(nested)).toBe(0);
    expect((await above.client.put(`/groups/${nested}`, { name: "Still mine" })).status).toBe(200);
  });

  it.each(Object.keys(DEPARTURES) as Departure[])("inherits none who is blocked: %s", async (way) => {
    const above = await person();
    const parent = await groupOf(above);
    const nested = await groupOf(above, parent);
    const owner = await person();
    await addGroupMember(service, nested, owner.id, 50);
    // The service refuses this, but older databases may have it.
    await sql("update users set state = 'blocked' where id = ?", [above.id]);
    expect([400, 409]).toContain((await DEPARTURES[way](nested, owner)).status);
    expect(await activeOwners(nested)).toBe(1);
  });
});

describe("the last administrator", () => {
  const DEPOSITIONS = {
    delete: (by: Person, { id }: Person) => by.client.delete(`/users/${id}`),
    block: (by: Person, { id }: Person) => by.client.post(`/users/${id}/block`),
    demote: (by: Person, { id }: Person) => by.client.put(`/users/${id}`, { admin: false }),
  };

  it.each(pairs(DEPOSITIONS))("stays when two depose each other at once: %s and %s", async (one, other) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second] = [await person({ admin: true }), await person({ admin: true })];
      await sql("update users set state = 'blocked' where username = 'root'");
      try {
        const answers = await Promise.all([DEPOSITIONS[one](first, second), DEPOSITIONS[other](second, first)]);
        expect(succeeded(answers), String(statuses(answers))).toBe(1);
        const left = await sql("select 1 from users where admin and state = 'active'");
        expect(left).toHaveLength(1);
      } finally {
        await sql("update users set state = 'active' where username = 'root'");
        await sql("update users set admin = false where username <> 'root'");
      }
    }
  });
});
