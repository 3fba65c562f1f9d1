import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { shapes, watchStatements } from "../../support/statements.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let sentBy: Awaited<ReturnType<typeof watchStatements>>;
let app: number;
let mia: User;
let admin: User;
let human: User;
let own: ProjectAccessToken;
let foreign: ProjectAccessToken;

/** The number of nothing. */
const MISSING = 999_999;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  mia = await createUser(service, "mia");
  await addProjectMember(service, app, mia.id, 40);
  admin = await createUser(service, "ada", { admin: true });
  human = await createUser(service, "hugo");
  await createOwnProject(human, "open", { visibility: "public" });
  const secret = await createOwnProject(human, "secret");
  own = await createProjectAccessToken(service, app, { scopes: ["read_registry", "write_registry"] });
  foreign = await createProjectAccessToken(service, secret, { by: human, scopes: ["read_registry"] });
  sentBy = await watchStatements(service);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

function ask(question: Readonly<Record<string, unknown>>, client: ApiClient = mia.client): Promise<ApiAnswer> {
  return client.post(`/projects/${app}/explain`, question);
}

/** What a caller, and whoever measures the database's work, can tell of a question; `names` are taken for one name. */
async function traces(question: Readonly<Record<string, unknown>>, ...names: readonly string[]) {
  let answer: ApiAnswer | undefined;
  const sent = await sentBy(async () => {
    answer = await ask(question);
  });
  const text = names.reduce((body, name) => body.replaceAll(name, "NAME"), JSON.stringify(answer?.body));
  return { status: answer?.status, text, shapes: shapes(sent), rows: sent.map(({ rows }) => rows) };
}

describe("a Maintainer who has explained", () => {
  it("learns nothing of foreign repositories: what is open, hidden or missing looks alike, and makes the same work", async () => {
    const subjects = [{ token_id: own.id }, { user_id: human.id }, { user_id: admin.id }];
    for (const subject of subjects) {
      const about = (name: string) => traces({ ...subject, scopes: [`repository:${name}:pull,push,delete`] }, name);
      const ofMissing = await about("hugo/nothing/web");
      expect(ofMissing.status).toBe(200);
      for (const name of ["hugo/secret/web", "hugo/open/web", "hugo/secret", "team/application", "hugo/open"])
        expect(await about(name), name).toEqual(ofMissing);
    }
  });

  it("is given one step for each, and none in granted, beside what is their own", async () => {
    const scopes = ["repository:hugo/open:pull", "repository:team/app:pull", "repository:hugo/secret/x:push"];
    const { body } = await ask({ token_id: own.id, scopes });
    expect(body.granted).toEqual([{ type: "repository", name: "team/app", actions: ["pull"] }]);
    for (const index of [0, 2]) {
      const message = expect.stringMatching(/^hugo\/\S+ is not this project's/);
      const steps = [{ step: "project", passed: false, message }];
      expect(body.actions[index]).toMatchObject({ granted: false, message, steps });
    }
  });

  it("learns as little where the token is dead", async () => {
    const scopes = ["repository:hugo/open:pull"];
    const alive = (await ask({ token_id: own.id, scopes })).body.actions;
    const dead = await createProjectAccessToken(service, app);
    await service.root.delete(`/projects/${app}/access_tokens/${dead.id}`);
    expect((await ask({ token_id: dead.id, scopes })).body.actions).toEqual(alive);
  });

  it("does not learn who lists the catalog: an administrator looks like anybody", async () => {
    const about = ({ id, username }: User) => traces({ user_id: id, scopes: ["registry:catalog:*"] }, username);
    const ofAdmin = await about(admin);
    expect(ofAdmin).toEqual(await about(human));
    expect(JSON.parse(ofAdmin.text)).toMatchObject({
      granted: [],
      actions: [{ granted: false, steps: { length: 1 } }],
    });
  });

  it("finds the tokens of other projects, and personal ones, like those that do not exist", async () => {
    const ofMissing = await traces({ token_id: MISSING, scopes: [] });
    expect(ofMissing).toMatchObject({
      status: 404,
      text: JSON.stringify({ message: "404 Project Access Token Not Found" }),
    });
    const personal = (await mia.client.get("/personal_access_tokens/self")).body.id;
    for (const token_id of [foreign.id, personal]) expect(await traces({ token_id, scopes: [] })).toEqual(ofMissing);
    expect((await ask({ token_id: foreign.id, scopes: [] }, service.root)).status).toBe(404);
  });

  it("finds a bot of a project that they do not see like a user who does not exist", async () => {
    const ofMissing = await traces({ user_id: MISSING, scopes: [] });
    expect(ofMissing).toMatchObject({ status: 404, text: JSON.stringify({ message: "404 User Not Found" }) });
    const ofHidden = await traces({ user_id: foreign.userId, scopes: [] });
    expect({ status: ofHidden.status, text: ofHidden.text }).toEqual({ status: 404, text: ofMissing.text });
  });
});

describe("whoever is no Maintainer", () => {
  it("has nothing explained: 403 for whoever sees the project, 404 for others", async () => {
    const developer = await createUser(service, "dora");
    await addProjectMember(service, app, developer.id, 30);
    for (const question of [
      { token_id: own.id, scopes: [] },
      { user_id: developer.id, scopes: [] },
    ]) {
      expect((await ask(question, developer.client)).status).toBe(403);
      expect((await ask(question, human.client)).status).toBe(404);
      expect((await ask(question, service.as(undefined))).status).toBe(401);
    }
  });

  it("has nothing explained as a bot: not even itself, as an Owner", async () => {
    const bot = await createProjectAccessToken(service, app, { scopes: ["api"], access_level: 50 });
    const answer = await ask({ token_id: bot.id, scopes: [] }, bot.client);
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining("a human asks") } });
    const stranger = await createProjectAccessToken(service, await createOwnProject(human, "other"), { by: human });
    expect((await ask({ token_id: bot.id, scopes: [] }, stranger.client)).status).toBe(404);
  });
});
