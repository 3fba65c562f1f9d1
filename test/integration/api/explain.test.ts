import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUser,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let app: number;
let maintainer: User;
let reporter: UserWithPassword;
let ci: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  await createProject(service, team, "open", { visibility: "public" });
  maintainer = await createUser(service, "mia");
  await addProjectMember(service, app, maintainer.id, 40);
  reporter = await createUserWithPassword(service, "rita");
  await addProjectMember(service, app, reporter.id, 20);
  ci = await createProjectAccessToken(service, app, {
    scopes: ["read_registry", "write_registry"],
    access_level: 30,
    repository_rules: [
      { repositories: ["services/**"], actions: ["pull"] },
      { repositories: ["web"], actions: ["pull", "push"] },
    ],
  });
});
afterAll(() => service.stop());

type Question = Readonly<Record<string, unknown>>;

function ask(question: Question, client: ApiClient = maintainer.client, project: number | string = app) {
  return client.post(`/projects/${project}/explain`, question);
}

/** A refused action, by its last step. */
function refusal({ body }: ApiAnswer, action = 0): [step: unknown, message: string] {
  const { message, steps } = body.actions[action];
  const last = steps.at(-1) ?? body.steps.at(-1);
  expect(last).toMatchObject({ passed: false, message });
  return [last.step, message];
}

describe("POST /projects/:id/explain", () => {
  it("tells what is asked, what is granted, and each step with a sentence; of the rules, the one that decided", async () => {
    const answer = await ask({
      token_id: ci.id,
      scopes: ["repository:team/app/web:push,pull repository:team/app/api:push"],
    });
    expect(answer.status).toBe(200);
    const passed = (step: string) => ({ step, passed: true, message: expect.stringMatching(/\S/) });
    const before = ["project", "registry", "credential", "scope", "level"].map(passed);
    const rule = { number: 2, repositories: ["web"], actions: ["pull", "push"] };
    expect(answer.body).toEqual({
      requested: [
        { type: "repository", name: "team/app/web", actions: ["pull", "push"] },
        { type: "repository", name: "team/app/api", actions: ["push"] },
      ],
      granted: [{ type: "repository", name: "team/app/web", actions: ["pull", "push"] }],
      notes: [],
      steps: ["revoked", "grace", "expiry", "user", "address"].map(passed),
      actions: [
        ...["pull", "push"].map((action) => ({
          ...{ type: "repository", name: "team/app/web", action, granted: true },
          message: expect.stringContaining("team/app/web"),
          steps: [...before, { ...passed("rules"), rule }],
        })),
        {
          ...{ type: "repository", name: "team/app/api", action: "push", granted: false },
          message:
            "none of its 2 rules allows push on team/app/api: rule 1 allows pull on services/**, " +
            "rule 2 allows pull, push on web; make a token with a rule that does",
          steps: [...before, { step: "rules", passed: false, message: expect.stringContaining("none of its 2 rules") }],
        },
      ],
    });
  });

  it.each([
    ["scope", "delete", "the token lacks delete_registry: make one that has it"],
    ["rules", "push", "none of its 2 rules allows push on team/app:"],
  ])("says at which step, and what to do: %s", async (step, action, sentence) => {
    const answer = await ask({ token_id: ci.id, scopes: [`repository:team/app:${action}`] });
    expect(refusal(answer)).toEqual([step, expect.stringContaining(sentence)]);
  });

  it("names the level that is there and the one that is needed", async () => {
    const weak = await createProjectAccessToken(service, app, { scopes: ["write_registry"], access_level: 20 });
    const ofToken = await ask({ token_id: weak.id, scopes: ["repository:team/app:push"] });
    expect(refusal(ofToken)).toEqual([
      "level",
      "the bot is Reporter (20) here; pushing needs Developer (30): make a token of that level",
    ]);
    const ofHuman = await ask({ user_id: reporter.id, scopes: ["repository:team/app:push"] });
    expect(refusal(ofHuman)).toEqual([
      "level",
      "rita is Reporter (20) here; pushing needs Developer (30): give them that level",
    ]);
    const stranger = await createUser(service, "sam");
    const ofStranger = await ask({ user_id: stranger.id, scopes: ["repository:team/app:pull"] });
    expect(refusal(ofStranger)[1]).toContain("sam is no member here; pulling needs Reporter (20)");
  });

  it("explains a human as their password is answered, and says so", async () => {
    const scopes = ["repository:team/app:pull,push"];
    const { access } = await requestToken(service, { username: "rita", password: reporter.password, scopes });
    expect(access).toEqual(["team/app pull"]);
    const { body } = await ask({ user_id: reporter.id, scopes });
    expect(body.granted).toEqual([{ type: "repository", name: "team/app", actions: ["pull"] }]);
    expect(body.steps).toEqual([
      { step: "user", passed: true, message: expect.stringContaining("a personal access token narrows") },
    ]);
  });

  it("answers for what is dead: nothing is granted, and the last step says why", async () => {
    const scopes = ["repository:team/app:pull"];
    const dead = async (statement: string, address?: string) => {
      const { id } = await createProjectAccessToken(service, app, { scopes: ["read_registry"] });
      await service.container.database.transaction((em) =>
        em.execute(`update access_tokens set ${statement} where id = ?`, [id]),
      );
      const answer = await ask({ token_id: id, scopes, ...(address === undefined ? {} : { address }) });
      expect(answer).toMatchObject({ status: 200, body: { granted: [], actions: [{ granted: false, steps: [] }] } });
      return refusal(answer);
    };
    expect(await dead("expires_at = '2026-11-01'")).toEqual([
      "expiry",
      "the token expired on 2026-11-01, at 00:00 UTC: rotate it, or make a new one",
    ]);
    expect(await dead("revoked_at = '2026-10-30T10:00:00Z'")).toEqual([
      "revoked",
      expect.stringMatching(/^the token \d+ was revoked on 2026-10-30: make a new one$/),
    ]);
    expect(await dead("retires_at = '2026-11-02T11:30:00Z'")).toEqual([
      "grace",
      expect.stringContaining("its grace ended at 2026-11-02 11:30 UTC"),
    ]);
    expect(await dead("ip_allow_list = '{10.0.0.0/8}'", "192.0.2.9")).toEqual([
      "address",
      expect.stringContaining("not accepted from 192.0.2.9: the token's ip_allow_list has 10.0.0.0/8"),
    ]);
    await service.root.post(`/users/${reporter.id}/block`);
    const ofBlocked = await ask({ user_id: reporter.id, scopes });
    await service.root.post(`/users/${reporter.id}/unblock`);
    expect(refusal(ofBlocked)).toEqual(["user", expect.stringContaining("rita is blocked")]);
  });

  it("names the token that took the place of one that was rotated away or revoked", async () => {
    const old = await createProjectAccessToken(service, app, { scopes: ["read_registry"] });
    const { body: next } = await service.root.post(`/projects/${app}/access_tokens/${old.id}/rotate`);
    const scopes = ["repository:team/app:pull"];
    expect(refusal(await ask({ token_id: old.id, scopes }))[1]).toBe(
      `the token ${old.id} was rotated away: token ${next.id} took its place; use that one's secret`,
    );
    await service.root.delete(`/projects/${app}/access_tokens/${next.id}`);
    for (const { id } of [old, next])
      expect(refusal(await ask({ token_id: id, scopes }))).toEqual([
        "revoked",
        expect.stringContaining("make a new one"),
      ]);
  });

  it("says that the address was not asked about, where none is given and the token has a list", async () => {
    const bound = await createProjectAccessToken(service, app, {
      scopes: ["read_registry"],
      ip_allow_list: ["10.0.0.0/8"],
    });
    const scopes = ["repository:team/app:pull"];
    const { body } = await ask({ token_id: bound.id, scopes });
    expect(body.steps.at(-1)).toEqual({ step: "address", passed: null, message: expect.stringContaining("not asked") });
    expect(body.granted).toHaveLength(1);
    const mapped = await ask({ token_id: bound.id, scopes, address: "::ffff:10.0.0.9" });
    expect(mapped.body.steps.at(-1)).toMatchObject({ passed: true, message: expect.stringContaining("from 10.0.0.9") });
  });

  it("says what was dropped of the scopes, and what * stands for", async () => {
    const scopes = ["banana:a/b:pull", "repository::pull", "registry:things:*", "repository:team/app/web:*,fly"];
    const { body } = await ask({ token_id: ci.id, scopes });
    expect(body.requested).toEqual([{ type: "repository", name: "team/app/web", actions: ["*"] }]);
    expect(body.granted).toEqual([{ type: "repository", name: "team/app/web", actions: ["pull", "push"] }]);
    expect(body.actions.map(({ action }: { action: string }) => action)).toEqual(["pull", "push", "delete"]);
    expect(body.notes).toEqual([
      { scope: "banana:a/b:pull", message: expect.stringContaining('"banana" is no type') },
      { scope: "repository::pull", message: expect.stringContaining("names no repository") },
      { scope: "registry:things:*", message: expect.stringContaining('no "things"') },
      { scope: "repository:team/app/web:*,fly", message: expect.stringMatching(/^dropped, as no action .*"fly"/) },
      { scope: "repository:team/app/web:*", message: expect.stringContaining("stands for pull, push, delete") },
    ]);
  });

  it("stays short, whatever is sent: what is dropped is told once a scope", async () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const unknown = letters.flatMap((one) => letters.map((other) => `${one}${other}`)).slice(0, 600);
    const scopes = Array.from({ length: 100 }, (_, n) => `repository:team/app/i${n}:${unknown.join(",")}`);
    const answer = await ask({ token_id: ci.id, scopes });
    expect(answer).toMatchObject({ status: 200, body: { actions: [], notes: { length: 100 } } });
    expect(JSON.stringify(answer.body).length).toBeLessThan(3 * JSON.stringify(scopes).length);
  });

  it("answers for signing in alone, where no scopes are asked", async () => {
    const { body } = await ask({ token_id: ci.id, scopes: [] });
    expect(body).toMatchObject({ requested: [], granted: [], actions: [], steps: { length: 5 } });
  });

  it("tells an administrator of the catalog and of other projects too", async () => {
    const root = (await service.root.get("/user")).body.id;
    const scopes = ["registry:catalog:*", "repository:team/open:push", "repository:nowhere/x:pull"];
    const ofRoot = await ask({ user_id: root, scopes }, service.root);
    expect(ofRoot.body.granted).toEqual([
      { type: "registry", name: "catalog", actions: ["*"] },
      { type: "repository", name: "team/open", actions: ["push"] },
    ]);
    const ofToken = await ask({ token_id: ci.id, scopes }, service.root);
    expect(ofToken.body.granted).toEqual([]);
    expect([0, 1, 2].map((action) => refusal(ofToken, action))).toEqual([
      ["administrator", expect.stringContaining("never lists the catalog")],
      ["level", expect.stringContaining("its own project alone, which is team/app")],
      ["project", expect.stringContaining("no project holds nowhere/x")],
    ]);
  });

  it("is a call for whoever reads: a credential with read_api will do, and one with self_rotate alone will not", async () => {
    const question = { token_id: ci.id, scopes: [] };
    const reader = service.as(await createPersonalAccessToken(service, maintainer.id, ["read_api"]));
    expect((await ask(question, reader)).status).toBe(200);
    const weak = service.as(await createPersonalAccessToken(service, maintainer.id, ["self_rotate"]));
    expect((await ask(question, weak)).status).toBe(403);
  });

  it("takes forms, one scope without a list, and the project by its path", async () => {
    const form = new URLSearchParams([
      ["token_id", String(ci.id)],
      ["scopes[]", "repository:team/app/web:pull"],
    ]);
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await maintainer.client.call("POST", "/projects/team%2Fapp/explain", String(form), headers);
    expect(answer).toMatchObject({ status: 200, body: { granted: [{ name: "team/app/web" }] } });
    const text = await ask({ token_id: ci.id, scopes: "repository:team/app/web:pull" });
    expect(text.body).toEqual(answer.body);
  });

  it.each<[string, Question, string]>([
    ["nobody", { scopes: [] }, "token_id is missing: give token_id or user_id"],
    ["two at once", { token_id: 1, user_id: 1, scopes: [] }, "user_id is one too many"],
    ["no scopes", { token_id: 1 }, "scopes is missing"],
    ["a scope that breaks the grammar", { scopes: ["repository:UP:pull"] }, 'scopes is invalid: "repository:UP:pull"'],
    [
      "too many scopes",
      { scopes: Array.from({ length: 101 }, (_, n) => `repository:a/b${n}:pull`) },
      "scopes is too long",
    ],
    ["too many scopes in a text", { scopes: ["repository:a/b:pull ".repeat(101).trim()] }, "scopes"],
    [
      "a network for an address",
      { scopes: [], address: "10.0.0.0/8" },
      'address is invalid: "10.0.0.0/8" is not an address',
    ],
    ["a name for an address", { scopes: [], address: "localhost" }, "address is invalid"],
    ["no number", { token_id: "ci", scopes: [] }, "token_id is invalid"],
  ])("refuses with 400, and names: %s", async (_what, question, message) => {
    const isAboutWhom = "token_id" in question || message.startsWith("token_id");
    const answer = await ask(isAboutWhom ? question : { token_id: ci.id, ...question });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(message) } });
  });

  it("never wants a secret, and repeats none", async () => {
    const mistyped = `${ci.secret.slice(0, -1)}${ci.secret.endsWith("a") ? "b" : "a"}`;
    for (const secret of [ci.secret, mistyped, "kspat-short", "glpat-ABCDEFGHIJKLMNOPQRST"])
      for (const question of [{ token_id: secret }, { token_id: ci.id, token: secret }]) {
        const answer = await ask({ ...question, scopes: [] });
        expect(answer).toMatchObject({
          status: 400,
          body: { error: expect.stringMatching(/^token(_id)? is invalid/) },
        });
        expect(JSON.stringify(answer.body)).not.toContain(secret);
      }
    expect(service.logLines.join("")).not.toContain(ci.secret);
  });

  it("explains no bot and no ghost as if they had a password", async () => {
    const ofBot = await ask({ user_id: ci.userId, scopes: [] });
    expect(ofBot).toMatchObject({ status: 400, body: { message: expect.stringContaining("token_id") } });
    const [ghost] = (await service.root.get("/users?username=ghost")).body;
    expect((await ask({ user_id: ghost.id, scopes: [] })).status).toBe(400);
  });

  it("leaves no trace: no last use, no event, no failure that counts", async () => {
    const scopes = ["read_registry"];
    const quiet = await createProjectAccessToken(service, app, { scopes, ip_allow_list: ["10.0.0.0/8"] });
    const tables = ["events", "authentication_failures", "access_token_scope_uses"];
    const stored = async () => {
      for (const notes of service.container.deferredNotes) await notes.flush();
      const em = service.container.database.em();
      const counted = await Promise.all(tables.map((table) => em.execute(`select count(*)::int from ${table}`)));
      return { counted, token: await em.execute("select * from access_tokens where id = ?", [quiet.id]) };
    };
    const before = await stored();
    const asked = { scopes: ["repository:team/app:pull,push", "repository:team/open:pull"] };
    for (const address of [undefined, "10.0.0.1", "192.0.2.9"])
      for (const subject of [{ token_id: quiet.id }, { user_id: reporter.id }])
        for (let count = 0; count < 12; count++)
          expect((await ask({ ...subject, ...asked, address }, service.root)).status).toBe(200);
    expect(await stored()).toEqual(before);
    const { status } = await requestToken(service, { username: "rita", password: reporter.password });
    expect(status).toBe(200);
  });
});
