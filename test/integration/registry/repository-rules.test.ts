/** What the token endpoint gives to a token with repository rules, or with an allow-list. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

let service: TestService;
let app: number;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  await createProject(service, team, "open", { visibility: "public" });
});
afterAll(() => service.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

const scopes = ["read_registry", "write_registry", "delete_registry"];
const RULES = [
  { repositories: ["web"], actions: ["push", "pull"] },
  { repositories: ["services/**"], actions: ["pull"] },
];
const ask = (secret: string, wanted: readonly string[], from?: string) =>
  requestToken(service, {
    password: secret,
    scopes: wanted.map((scope) => `repository:team/${scope}`),
    ...(from === undefined ? {} : { from }),
  });

describe("a token with repository rules", () => {
  it("gets what its rules allow, and no more; what is public stays public", async () => {
    const { secret } = await createProjectAccessToken(service, app, { scopes, repository_rules: RULES });
    const asked = [
      "app/web:push,pull",
      "app/services/a/b:pull,push",
      "app/services:pull",
      "app:pull",
      "app/web/x:pull",
    ];
    expect((await ask(secret, asked)).access).toEqual(["team/app/web pull,push", "team/app/services/a/b pull"]);
    expect((await ask(secret, ["app/web:*", "app/services/a:*", "open:*"])).access).toEqual([
      "team/app/web pull,push",
      "team/app/services/a pull",
      "team/open pull",
    ]);
  });

  it("gets the push and no more when it mounts from a repository outside of them", async () => {
    const { secret } = await createProjectAccessToken(service, app, { scopes, repository_rules: RULES });
    expect((await ask(secret, ["app/web:push,pull", "app/secret:pull"])).access).toEqual(["team/app/web pull,push"]);
  });

  it("gets nothing by a rule that its scopes or its level do not give", async () => {
    const repository_rules = [{ repositories: ["**"], actions: ["pull", "push", "delete"] }];
    const reader = await createProjectAccessToken(service, app, { scopes: ["read_registry"], repository_rules });
    const guest = await createProjectAccessToken(service, app, { scopes, repository_rules, access_level: 10 });
    expect((await ask(reader.secret, ["app/web:*"])).access).toEqual(["team/app/web pull"]);
    expect((await ask(guest.secret, ["app/web:*"])).access).toEqual([]);
  });

  it("costs one query more where its rules are new to the process, and none where they are known", async () => {
    const repository_rules = [{ repositories: ["only-here"], actions: ["pull"] }];
    const [one, other] = [
      await createProjectAccessToken(service, app, { scopes, repository_rules }),
      await createProjectAccessToken(service, app, { scopes, repository_rules }),
    ];
    const statementsOf = await watchStatements(service);
    const queriesOf = async (secret: string, name: string) => {
      const sent = await statementsOf(() => ask(secret, [`app/${name}:pull`]));
      return sent.filter(({ text }) => text.includes("access_tokens")).length;
    };
    expect(await queriesOf(one.secret, "only-here")).toBe(2);
    expect(await queriesOf(one.secret, "elsewhere")).toBe(1);
    expect(await queriesOf(other.secret, "only-here")).toBe(1);
  });

  it("is narrowed for the next request when its rules are changed where they are stored", async () => {
    const { id, secret } = await createProjectAccessToken(service, app, { scopes, repository_rules: RULES });
    expect((await ask(secret, ["app/web:pull"])).access).toEqual(["team/app/web pull"]);
    const narrowed = JSON.stringify([{ repositories: ["docs"], actions: ["pull"] }]);
    const em = service.container.database.em();
    await em.execute("update access_tokens set repository_rules = ?::jsonb where id = ?", [narrowed, id]);
    expect((await ask(secret, ["app/web:pull", "app/docs:pull"])).access).toEqual(["team/app/docs pull"]);
  });
});

describe("a token with an allow-list", () => {
  it("is accepted from its networks; elsewhere it is 401, in words that name the address to who holds the secret", async () => {
    const ip_allow_list = ["10.0.0.0/8", "fd00::/8"];
    const { secret } = await createProjectAccessToken(service, app, { scopes, ip_allow_list });
    for (const address of ["10.1.2.3", "::ffff:10.9.9.9", "fd12::1"])
      expect((await ask(secret, ["app:pull"], address)).access).toEqual(["team/app pull"]);
    for (const address of ["192.0.2.9", "::ffff:192.0.2.9"]) {
      const { status, body } = await ask(secret, ["app:pull"], address);
      expect(status).toBe(401);
      expect(body).toMatchObject({
        error_description: "Token is not accepted from 192.0.2.9, which is not in its ip_allow_list.",
      });
    }
    // Also what is answered from memory here is refused there, for a public project too.
    expect((await ask(secret, ["app:pull"], "10.1.2.3")).status).toBe(200);
    expect((await ask(secret, ["open:pull"], "192.0.2.9")).status).toBe(401);
  });

  it("locks nobody out who sends it from elsewhere, however often", async () => {
    const address = "192.0.2.77";
    for (let number = 0; number <= MAXIMUM_FAILURES; number += 1) {
      const { secret } = await createProjectAccessToken(service, app, { scopes, ip_allow_list: ["10.0.0.0/8"] });
      expect((await ask(secret, [], address)).status).toBe(401);
    }
    expect((await requestToken(service, { password: wrongToken(), from: address })).status).toBe(401);
  });
});
