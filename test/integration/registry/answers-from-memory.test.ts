import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { requestToken, type TokenAnswer } from "../../support/token-request.ts";
import {
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let team: number;
let app: number;
let token: ProjectAccessToken;
let ann: UserWithPassword;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  await createProject(service, team, "open", { visibility: "public" });
  token = await createProjectAccessToken(service, app, { scopes: ["read_registry", "write_registry"] });
  ann = await createUserWithPassword(service, "ann");
});
afterAll(() => service.stop());
// What a test before asked is forgotten.
beforeEach(() => service.clock.advance({ minutes: 1 }));

const OWN = { scopes: ["repository:team/app:pull,push"] };
const OPEN = { scopes: ["repository:team/open:pull"] };
const jti = ({ claims }: TokenAnswer) => claims.jti;

describe("GET /jwt/auth, asked the same again", () => {
  it("gives a bot, a human's access token and anonymous the same token, with what is left of its life", async () => {
    const personal = await createPersonalAccessToken(service, ann.id, ["read_registry"]);
    for (const question of [{ ...OWN, password: token.secret }, { ...OPEN, password: personal }, OPEN]) {
      const first = await requestToken(service, question);
      service.clock.advance({ seconds: 4 });
      const again = await requestToken(service, question);
      expect(again.claims).toEqual(first.claims);
      expect(again.status).toBe(200);
      const lifetime = Number(first.body["expires_in"]);
      expect(again.body).toEqual({
        token: first.body["token"],
        access_token: first.body["token"],
        expires_in: lifetime - 4,
        issued_at: service.clock.now().toISOString(),
      });
      expect(Date.parse(String(again.body["issued_at"])) / 1000 + (lifetime - 4)).toBe(again.claims.exp);
    }
  });

  it("gives it whatever the username, and to POST as to GET", async () => {
    const first = await requestToken(service, { ...OWN, password: token.secret, username: "one" });
    const again = await requestToken(service, { ...OWN, password: token.secret, username: "another" });
    const form = { grant_type: "password", username: "x", password: token.secret, scope: OWN.scopes };
    const posted = await postForm(service, form);
    expect([jti(again), jti(posted)]).toEqual([jti(first), jti(first)]);
    expect(posted.body["scope"]).toBe("repository:team/app:pull,push");
  });

  it("gives another token after ten seconds", async () => {
    const first = await requestToken(service, { ...OWN, password: token.secret });
    service.clock.advance({ seconds: 10 });
    expect(jti(await requestToken(service, { ...OWN, password: token.secret }))).not.toBe(jti(first));
  });

  it("gives another token for another question, or for another's secret", async () => {
    const other = await createProjectAccessToken(service, app, { scopes: ["read_registry", "write_registry"] });
    const asked = [
      { ...OWN, password: token.secret },
      { ...OWN, password: other.secret },
      { password: token.secret },
      { ...OPEN, password: token.secret },
      OPEN,
    ];
    const answers = [];
    for (const question of [...asked, ...asked]) answers.push(await requestToken(service, question));
    expect(new Set(answers.map(jti)).size).toBe(asked.length);
  });

  it("gives each login with a password a token of its own: it is checked each time", async () => {
    const question = { ...OPEN, username: "ann", password: ann.password };
    const first = await requestToken(service, question);
    expect(jti(await requestToken(service, question))).not.toBe(jti(first));
  });

  it("gives another token once the signing key was rotated", async () => {
    const first = await requestToken(service, { ...OWN, password: token.secret });
    await service.container.signingKeys.rotate();
    expect(jti(await requestToken(service, { ...OWN, password: token.secret }))).not.toBe(jti(first));
  });

  it("refuses once the access token's date has come", async () => {
    const { secret } = await createProjectAccessToken(service, app, {
      scopes: ["read_registry"],
      expires_at: "2026-12-24",
    });
    service.clock.set(new Date("2026-12-23T23:59:59Z"));
    const question = { scopes: ["repository:team/app:pull"], password: secret };
    expect((await requestToken(service, question)).access).toEqual(["team/app pull"]);
    service.clock.advance({ seconds: 1 });
    expect((await requestToken(service, question)).status).toBe(401);
  });

  it("counts: as a use of the access token, in the metrics and in the log", async () => {
    const { secret, id } = await createProjectAccessToken(service, app, { scopes: ["read_registry"] });
    const uses = async () => {
      await service.container.lastUse.flush();
      return (await service.root.get(`/projects/${app}/access_tokens/${id}`)).body.last_used_at;
    };
    const issued = async () => {
      const page = await (await fetch(`${service.url}/-/metrics`)).text();
      return Number(/keyside_token_requests_total\{grant="basic",outcome="issued"\} (\d+)/.exec(page)?.[1]);
    };
    const lines = () => service.logLines.filter((line) => line.includes('"path":"/jwt/auth"')).length;
    service.clock.set(new Date("2027-01-01T10:00:00Z"));
    const question = { password: secret };
    const first = await requestToken(service, question);
    expect(await uses()).toBe("2027-01-01T10:00:00.000Z");
    // Noted once a minute: the first answer's minute ends while the token may still be given again.
    service.clock.set(new Date("2027-01-01T10:00:55Z"));
    const before = { issued: await issued(), lines: lines() };
    await requestToken(service, question);
    service.clock.set(new Date("2027-01-01T10:01:02Z"));
    const again = await requestToken(service, question);
    expect(jti(again)).not.toBe(jti(first));
    expect([await issued(), lines()]).toEqual([before.issued + 2, before.lines + 2]);
    expect(again.claims.iat).toBe(Date.parse("2027-01-01T10:00:55Z") / 1000);
    expect(await uses()).toBe("2027-01-01T10:01:02.000Z");
  });
});

describe("GET /jwt/auth, asked the same again after a change through the API", () => {
  it("sees it: a token revoked, a project made private, a member removed, a user blocked, a registry turned off", async () => {
    const bob = await createUserWithPassword(service, "bob");
    const secret = await createPersonalAccessToken(service, bob.id, ["read_registry"]);
    const project = await createProject(service, team, "changing", { visibility: "public" });
    const bot = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
    const pull = { scopes: ["repository:team/changing:pull"] };
    const asks = [pull, { ...pull, password: secret }, { ...pull, password: bot.secret }];
    const answers = async () => {
      const result: (readonly string[] | number)[] = [];
      for (const question of asks) {
        const { status, access } = await requestToken(service, question);
        result.push(status === 200 ? access : status);
      }
      return result;
    };
    const [yes, no] = [["team/changing pull"], []];
    const set = (more: object) => service.root.put(`/projects/${project}`, more);
    expect(await answers()).toEqual([yes, yes, yes]);
    await set({ visibility: "private" });
    expect(await answers()).toEqual([no, no, yes]);
    await service.root.post(`/projects/${project}/members`, { user_id: bob.id, access_level: 20 });
    expect(await answers()).toEqual([no, yes, yes]);
    await service.root.put(`/projects/${project}/members/${bob.id}`, { access_level: 10 });
    expect(await answers()).toEqual([no, no, yes]);
    await service.root.put(`/projects/${project}/members/${bob.id}`, { access_level: 30 });
    expect(await answers()).toEqual([no, yes, yes]);
    await service.root.delete(`/projects/${project}/members/${bob.id}`);
    expect(await answers()).toEqual([no, no, yes]);
    await set({ container_registry_access_level: "disabled" });
    expect(await answers()).toEqual([no, no, no]);
    await set({ container_registry_access_level: "enabled", visibility: "internal" });
    expect(await answers()).toEqual([no, yes, yes]);
    await service.root.post(`/users/${bob.id}/block`);
    expect(await answers()).toEqual([no, 401, yes]);
    await service.root.post(`/users/${bob.id}/unblock`);
    await service.root.delete(`/projects/${project}/access_tokens/${bot.id}`);
    expect(await answers()).toEqual([no, yes, 401]);
    await service.root.delete(`/projects/${project}`);
    expect(await answers()).toEqual([no, no, 401]);
  });

  it("sees a project that comes to own the images of another", async () => {
    const image = { scopes: ["repository:team/open/inner/image:pull"] };
    expect((await requestToken(service, image)).access).toEqual(["team/open/inner/image pull"]);
    const sub = await service.root.post("/groups", { name: "deep", path: "deep", parent_id: team });
    await createProject(service, sub.body.id, "own");
    const owned = { scopes: ["repository:team/deep/own/image:pull"] };
    expect((await requestToken(service, owned)).access).toEqual([]);
    const project = (await service.root.get("/projects/team%2Fdeep%2Fown")).body.id;
    await service.root.put(`/projects/${project}`, { visibility: "public" });
    expect((await requestToken(service, owned)).access).toEqual(["team/deep/own/image pull"]);
  });
});

describe("GET /jwt/auth with REGISTRY_TOKEN_REUSE_SECONDS=0", () => {
  it("gives every request a token of its own", async () => {
    const off = await startTestService({ environment: { REGISTRY_TOKEN_REUSE_SECONDS: "0" } });
    try {
      const question = { scopes: ["repository:team/app:pull"] };
      expect(jti(await requestToken(off, question))).not.toBe(jti(await requestToken(off, question)));
    } finally {
      await off.stop();
    }
  });
});
