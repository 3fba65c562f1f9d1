import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueToken } from "../../support/issue-token.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import { requestToken, type TokenQuestion } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let token: ProjectAccessToken;
let ann: UserWithPassword;
let sentBy: Awaited<ReturnType<typeof watchStatements>>;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const app = await createProject(service, team, "app");
  await createProject(service, team, "other", { visibility: "public" });
  token = await createProjectAccessToken(service, app, { scopes: ["read_registry", "write_registry"] });
  ann = await createUserWithPassword(service, "ann");
  sentBy = await watchStatements(service);
});
// What a test before asked would be answered from memory.
beforeEach(() => service.clock.advance({ seconds: 60 }));
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const texts = async (work: () => Promise<unknown>) => (await sentBy(work)).map(({ text }) => text);

const EPOCH = "select value::text as value from authorization_epoch";

/** The statements of one request, without the small one for the authorization epoch. */
const statementsOf = async (question: TokenQuestion) =>
  (await allStatementsOf(question)).filter((text) => text !== EPOCH);

const allStatementsOf = (question: TokenQuestion) =>
  texts(async () => expect((await requestToken(service, question)).status).toBe(200));

/** What it takes to confirm the authorization epoch: the embedded database tells it by itself. */
const confirmation = () => (service.container.database.kind === "embedded" ? [] : [EPOCH]);

const OWN = ["repository:team/app:pull,push"];
const OTHERS = Array.from({ length: 50 }, (_, index) => `repository:team/other/image${index}:pull`);

describe("the database round trips of one token request", () => {
  it("are one for a bot that asks for its own project", async () => {
    expect(await statementsOf({ password: token.secret, scopes: OWN })).toHaveLength(1);
  });

  it("are one for docker login with a token", async () => {
    expect(await statementsOf({ password: token.secret })).toHaveLength(1);
  });

  it("are two for a bot that asks for 50 images of others besides", async () => {
    expect(await statementsOf({ password: token.secret, scopes: [...OWN, ...OTHERS] })).toHaveLength(2);
  });

  it("are two for a human, by password or token, however many images are asked for", async () => {
    const scopes = [...OWN, ...OTHERS];
    expect(await statementsOf({ username: "ann", password: ann.password, scopes })).toHaveLength(2);
    expect(await statementsOf({ password: ann.secret, scopes })).toHaveLength(2);
  });

  it("are one for anonymous, and none where nothing is asked for", async () => {
    expect(await statementsOf({ scopes: OTHERS })).toHaveLength(1);
    expect(await statementsOf({})).toHaveLength(0);
  });

  it("are one small one for what was answered a moment ago, and none on the embedded database", async () => {
    for (const question of [{ password: token.secret, scopes: [...OWN, ...OTHERS] }, { scopes: OTHERS }]) {
      const first = await allStatementsOf(question);
      expect(first.filter((text) => text === EPOCH)).toEqual(confirmation());
      expect(await allStatementsOf(question)).toEqual(confirmation());
    }
  });

  it("have no small one for a password, which is never answered from memory", async () => {
    const question = { username: "ann", password: ann.password, scopes: OWN };
    expect(await allStatementsOf(question)).not.toContain(EPOCH);
  });

  it("are shared by those who ask at the same time", async () => {
    const together = (questions: (readonly [string | undefined, string])[]) =>
      texts(() => Promise.all(questions.map(([secret, scope]) => issueToken(service.container, secret, [scope]))));
    const same = Array.from({ length: 64 }, () => [token.secret, "repository:team/app:pull"] as const);
    await together(same);
    expect(await together(same)).toEqual(confirmation());
    const bots = Array.from({ length: 64 }, (_, index) => [token.secret, `repository:team/app/${index}:pull`] as const);
    expect(await together(bots)).toHaveLength(confirmation().length + 1);
    const nobodies = Array.from(
      { length: 64 },
      (_, index) => [undefined, `repository:team/other/${index}:pull`] as const,
    );
    expect(await together(nobodies)).toHaveLength(confirmation().length + 1);
  });

  it("are none for a mistyped token and for a bad request", async () => {
    const sent = await texts(async () => {
      expect((await requestToken(service, { password: `${token.secret}x` })).status).toBe(401);
      expect((await requestToken(service, { password: token.secret, service: "other" })).status).toBe(400);
      expect((await requestToken(service, { password: token.secret, scopes: ["nonsense"] })).status).toBe(400);
    });
    expect(sent).toEqual([]);
  });

  it("only read", async () => {
    const question = { password: token.secret, scopes: [...OWN, ...OTHERS] };
    const all = [
      ...(await allStatementsOf(question)),
      ...(await allStatementsOf({ username: "ann", password: ann.password, scopes: OWN })),
    ];
    expect(all).toHaveLength(4 + confirmation().length);
    for (const statement of all)
      expect(statement.trim()).toMatch(/^select\b(?!.*\b(insert|update|delete|for update)\b)/is);
  });

  it("leave every table as it was, but for the note of a failure", async () => {
    const contents = async () => {
      const em = service.container.database.em();
      const tables = await em.execute<{ name: string }[]>(
        "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
      );
      const rows: unknown[] = [];
      for (const { name } of tables.filter(({ name }) => name !== "authentication_failures"))
        rows.push([name, await em.execute(`select t.*, t.xmin::text as version from ${name} t order by 1`)]);
      return rows;
    };
    // What the tests before noted of their tokens' use is written now, not by a chore in the middle.
    await service.container.lastUse.flush();
    const before = await contents();
    await requestToken(service, { password: token.secret, scopes: [...OWN, ...OTHERS] });
    await requestToken(service, { username: "ann", password: "wrong password", scopes: OWN });
    expect(await contents()).toEqual(before);
  });
});
