/** The checks of the registry are run once at a time, on whichever replica they were begun. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginChecks, findLeftChecks, forgetChecks } from "../../../src/doctor/check-record.ts";
import type { Finding } from "../../../src/doctor/diagnose.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { createTestDatabase } from "../../support/database.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake-registry.ts";
import { startTestService, type TestService } from "../../support/service.ts";

const KEYSIDE_URL = "http://keyside.invalid:8080";

let registry: FakeRegistry;
let one: TestService;
let other: TestService;
beforeAll(async () => {
  registry = await startFakeRegistry(`${KEYSIDE_URL}/jwt/auth`);
  const environment = { KEYSIDE_URL, REGISTRY_INTERNAL_URL: registry.url };
  const database = await createTestDatabase();
  one = await startTestService({ environment, database });
  const shared = { ...database, remove: () => Promise.resolve() };
  other = await startTestService({ environment, clock: one.clock, database: shared });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
  await registry.close();
});

async function root() {
  const { id } = (await one.root.get("/user")).body;
  const rights = { admin: true, scopes: new Set(TOKEN_SCOPES), ...WITHOUT_ACCESS_TOKEN };
  return { kind: "user" as const, userId: Number(id), username: "root", ...rights };
}

async function all(findings: AsyncIterable<Finding>): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of findings) found.push(finding);
  return found;
}

describe("the checks of two replicas", () => {
  it("are refused on one while they are under way on the other, which tells by whom", async () => {
    const caller = await root();
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    registry.answer(async ({ method, headers }) => {
      if (method !== "DELETE" || headers.authorization === undefined) return false;
      reached.resolve();
      await released.promise;
      return false;
    });
    const first = await one.container.registryChecks.run(caller);
    await reached.promise;
    await expect(other.container.registryChecks.run(caller)).rejects.toThrow(/under way already, begun by @root at /);
    expect((await other.container.registryChecks.read()).underWay).toMatchObject({ by: "root" });
    released.resolve();
    const found = await all(first);
    const { underWay, last } = await other.container.registryChecks.read();
    expect({ underWay, findings: last?.findings }).toEqual({ underWay: undefined, findings: found });
    expect(await all(await other.container.registryChecks.run(caller))).toHaveLength(found.length);
  });

  it("begin on one alone, of many that are asked at the same moment", async () => {
    const caller = await root();
    const asked = Array.from({ length: 10 }, (_, place) =>
      beginChecks([one, other][place % 2]?.container ?? one.container, caller, `root/doctor-${place}`),
    );
    const begun = (await Promise.allSettled(asked)).filter(({ status }) => status === "fulfilled");
    expect(begun).toHaveLength(1);
    one.clock.advance({ minutes: 3 });
    for (const left of await findLeftChecks(other.container)) await forgetChecks(other.container.database, left);
  });
});
