import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { revokePersonalToken } from "../../../src/access-tokens/revoke-token.ts";
import { recordEvent } from "../../../src/events/record-event.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { type AuditedService, startAuditedService } from "../../support/audited-service.ts";
import { failOn } from "../../support/failing-table.ts";
import { recordPush } from "../../support/record-push.ts";
import { event } from "../../support/registry-event.ts";
import { PROJECT_DIRECTORY } from "../../support/running-command.ts";
import { ROOT_PASSWORD } from "../../support/service.ts";
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

const WEBHOOK_SECRET = "Bearer a-secret-of-the-registry";
const TIME = "2026-11-02T12:00:00.000Z";
const FROM = { address: "127.0.0.1", client: "node" };

let service: AuditedService;
let project: number;
let robot: ProjectAccessToken;
let ann: User;
let paul: UserWithPassword;
beforeAll(async () => {
  service = await startAuditedService({ environment: { REGISTRY_NOTIFICATION_SECRET: WEBHOOK_SECRET } });
  await enableProjectAccessTokens(service);
  project = await createProject(service, await createGroup(service, "team"), "app");
  robot = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
  ann = await createUser(service, "ann");
  paul = await createUserWithPassword(service, "paul");
});
afterAll(() => service.stop());

const actorOf = ({ id, username }: User) => ({ kind: "user", user_id: id, username });
const robotsName = () =>
  expect.stringMatching(new RegExp(`^project_${project}_bot_[0-9a-f]{16}$`)) as unknown as string;

describe("a request for a registry token", () => {
  it("is a line with whom the token was issued to, and what for", async () => {
    const scopes = ["repository:team/app:pull,push", "repository:team/other:pull"];
    const lines = await service.linesOf(() => requestToken(service, { ...robot.credentials, scopes }));
    expect(lines).toEqual([
      {
        time: TIME,
        event: "registry_token.issued",
        actor: { kind: "bot", user_id: robot.userId, username: robotsName() },
        token_id: robot.id,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        requested: scopes,
        granted: ["repository:team/app:pull"],
        ...FROM,
      },
    ]);
  });

  it("is a line when it is answered from memory too, with the same jti", async () => {
    const ask = () => requestToken(service, { ...robot.credentials, scopes: ["repository:team/app/again:pull"] });
    const answers: string[] = [];
    const lines = await service.linesOf(async () => {
      for (let n = 0; n < 3; n += 1) answers.push(String((await ask()).claims.jti));
    });
    expect(lines.map(({ jti, token_id: id }) => [jti, id])).toEqual(answers.map((jti) => [jti, robot.id]));
    expect(new Set(answers).size).toBe(1);
  });

  it("is a line when nobody signs in", async () => {
    const lines = await service.linesOf(() => requestToken(service, { scopes: ["repository:team/app:pull"] }));
    expect(lines).toMatchObject([
      {
        event: "registry_token.issued",
        actor: { kind: "anonymous" },
        requested: ["repository:team/app:pull"],
        granted: [],
      },
    ]);
  });

  it("is by the fast lane as by Koa, and tells client_id and its own request's id", async () => {
    const query = "service=container_registry&client_id=docker&scope=repository:team/app:pull";
    const headers = { authorization: `Basic ${Buffer.from(`x:${robot.secret}`).toString("base64")}` };
    const form = new URLSearchParams(`${query}&grant_type=password&username=x&password=${robot.secret}`);
    const before = (await service.auditLines()).length;
    const answers = [
      await fetch(`${service.url}/jwt/auth?${query}`, { headers }),
      // With a slash at the end it is Koa's.
      await fetch(`${service.url}/jwt/auth/?${query}`, { headers }),
      await fetch(`${service.url}/jwt/auth`, { method: "POST", body: form }),
    ];
    const ids = answers.map((answer) => answer.headers.get("x-request-id"));
    const lines = (await service.auditLines()).slice(before);
    expect(lines.map((line) => [line["event"], line["client_id"], line["request_id"]])).toEqual(
      ids.map((id) => ["registry_token.issued", "docker", id]),
    );
  });

  it("is a line with the cause when it is refused, and the scopes only if they are scopes", async () => {
    const cases = [
      [{ service: "other" }, { cause: "validation_failed", requested: [] }],
      [{ scopes: ["not a scope"] }, { cause: "validation_failed" }],
      [{ authorization: "Bearer x" }, { cause: "unauthenticated" }],
    ] as const;
    for (const [question, wanted] of cases) {
      const lines = await service.linesOf(() => requestToken(service, question));
      expect(lines.at(-1)).toMatchObject({ event: "registry_token.refused", ...wanted, ...FROM });
      expect("requested" in (lines.at(-1) ?? {})).toBe("requested" in wanted);
    }
  });
});

describe("a sign-in by password", () => {
  it("is a line beside that of its registry token", async () => {
    const lines = await service.linesOf(() => requestToken(service, { username: "paul", password: paul.password }));
    const common = { time: TIME, actor: actorOf(paul), ...FROM };
    expect(lines).toEqual([
      { ...common, event: "sign_in.succeeded", credential: "password", door: "registry" },
      { ...common, event: "registry_token.issued", jti: expect.any(String), requested: [], granted: [] },
    ]);
  });

  it("tells of the refresh token that it makes, with where it was asked for", async () => {
    const query = "service=container_registry&client_id=docker&offline_token=true";
    const authorization = `Basic ${Buffer.from(`paul:${paul.password}`).toString("base64")}`;
    const lines = await service.linesOf(() =>
      fetch(`${service.url}/jwt/auth?${query}`, { headers: { authorization } }),
    );
    expect(lines[0]).toMatchObject({
      event: "rights.changed",
      actor: actorOf(paul),
      action: "created",
      target: { type: "RefreshToken" },
      ...FROM,
    });
  });
});

describe("a credential that is refused", () => {
  const atRegistry = (username: string, password: string) => requestToken(service, { username, password });
  const atApi = (secret: string | undefined) => service.as(secret).get("/user");

  it.each([
    ["a wrong password", () => atRegistry("paul", "wrong password 1"), "password", "unauthenticated"],
    ["a password of nobody's", () => atRegistry("nobody", "wrong password 2"), "password", "unauthenticated"],
    ["an unknown token", () => atRegistry("x", "kspat-mistyped"), "access_token", "unauthenticated"],
    ["an unknown token at the API", () => atApi("kspat-mistyped"), "access_token", "unauthenticated"],
    ["none at the API", () => atApi(undefined), "none", "unauthenticated"],
  ] as const)("is a line: %s", async (_what, present, credential, cause) => {
    const [line] = await service.linesOf(present);
    expect(line).toMatchObject({ event: "sign_in.failed", credential, cause, ...FROM });
  });

  it("names the account that there is, and no name that there is not: it may be a password", async () => {
    const [known] = await service.linesOf(() => atRegistry("paul", "wrong password 3"));
    expect(known?.["actor"]).toEqual({ user_id: paul.id, username: "paul" });
    const lines = await service.linesOf(() => atRegistry("hunter22", "wrong password 4"));
    expect(lines.map(({ actor }) => actor)).toEqual([undefined, undefined]);
    expect(JSON.stringify(lines)).not.toContain("hunter22");
  });

  it("is a line with the token that is revoked or expired, at both doors", async () => {
    const dead = await createPersonalAccessToken(service, ann.id, ["api"]);
    const { body: tokens } = await service.root.get(`/personal_access_tokens?user_id=${ann.id}`);
    const id = Math.max(...tokens.map((token: { id: number }) => token.id));
    await service.root.delete(`/personal_access_tokens/${id}`);
    for (const present of [() => atRegistry("x", dead), () => atApi(dead)]) {
      const [line] = await service.linesOf(present);
      expect(line).toMatchObject({ event: "sign_in.failed", cause: "invalid_token", token_id: id });
      expect(line?.["message"]).toMatch(/revoked/);
    }
  });

  it("is a line when it is a refresh token, or that of a registry's reports", async () => {
    const form = {
      service: "container_registry",
      client_id: "c",
      grant_type: "refresh_token",
      refresh_token: "ksrt-x",
    };
    const [refused] = await service.linesOf(() =>
      fetch(`${service.url}/jwt/auth`, { method: "POST", body: new URLSearchParams(form) }),
    );
    expect(refused).toMatchObject({ event: "sign_in.failed", credential: "refresh_token", door: "registry" });
    const [report] = await service.linesOf(() =>
      fetch(`${service.url}/registry/notifications`, { method: "POST", headers: { authorization: "Bearer wrong" } }),
    );
    expect(report).toMatchObject({ event: "sign_in.failed", credential: "webhook_secret", door: "notifications" });
  });

  it("is a line when it is the old password in a call whose own token is good", async () => {
    const body = { current_password: "wrong password 5", password: "another password" };
    const [line] = await service.linesOf(() => paul.client.put("/user/password", body));
    expect(line).toMatchObject({
      event: "sign_in.failed",
      credential: "password",
      door: "api",
      actor: { user_id: paul.id, username: "paul" },
    });
  });

  it("is a line when its network is locked out", async () => {
    for (let n = 0; n < 12; n += 1) await atRegistry("paul", `guess number ${n}`);
    const lines = await service.linesOf(() => atRegistry("paul", paul.password));
    expect(lines).toMatchObject([
      { event: "sign_in.failed", cause: "too_many_failures", credential: "password" },
      { event: "registry_token.refused", cause: "too_many_failures" },
    ]);
    service.clock.advance({ minutes: 11 });
    service.container.lockout.tidyMemory();
  });
});

describe("a change of rights", () => {
  it("is a line for each event that is recorded, in their order, with who did it and from where", async () => {
    const lines = await service.linesOf(async () => {
      const token = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
      await service.root.put(`/projects/${project}`, { visibility: "internal" });
      await addProjectMember(service, project, ann.id, 30);
      await service.root.delete(`/projects/${project}/access_tokens/${token.id}`);
      await service.root.post(`/users/${ann.id}/block`);
      await service.root.post(`/users/${ann.id}/unblock`);
    });
    const told = lines.filter(({ event: name }) => name === "rights.changed");
    expect(told.map(({ action, target }) => `${target.type} ${action}`)).toEqual([
      "AccessToken created",
      "Project updated",
      "Member joined",
      "AccessToken revoked",
      "User blocked",
      "User unblocked",
    ]);
    for (const line of told) {
      expect(line).toMatchObject({ actor: { kind: "user", username: "root" }, token_id: expect.any(Number), ...FROM });
    }
    const { rows } = await events();
    expect(rows.slice(-told.length)).toEqual(told.map(({ action, target }) => `${target.type} ${action}`));
  });

  it("is no line when it is rolled back", async () => {
    const mend = await failOn(service, "insert", "events");
    const lines = await service.linesOf(() => service.root.post("/groups", { name: "g", path: "never" }));
    await mend();
    expect(lines).toEqual([]);
  });

  it("is no line when the transaction fails after the event", async () => {
    const { database, clock } = service.container;
    const lines = await service.linesOf(() =>
      database
        .transaction(async (em) => {
          const target = { type: "Group", id: 1, title: "never" } as const;
          await recordEvent(em, { by: { userId: ann.id, tokenId: null }, action: "created", target, at: clock.now() });
          throw new Error("too late");
        })
        .catch(() => undefined),
    );
    expect(lines).toEqual([]);
  });

  it("is no line when somebody pushes by Git, which changes no rights", async () => {
    const by = { kind: "bot", userId: robot.userId, tokenId: robot.id } as const;
    const lines = await service.linesOf(async () => {
      await recordPush(service, { by, projectId: project });
      await service.root.put(`/projects/${project}`, { description: "told" });
      await recordPush(service, { by, projectId: project, action: "removed" });
    });
    expect(lines).toMatchObject([{ event: "rights.changed", action: "updated", target: { type: "Project" } }]);
  });

  it("is told too when a secret that was rotated away comes again, with the address that it came from", async () => {
    const token = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
    await service.root.post(`/projects/${project}/access_tokens/${token.id}/rotate`, {});
    const lines = await service.linesOf(async () => {
      await requestToken(service, token.credentials);
      await Promise.all(service.container.deferredNotes.map((notes) => notes.flush()));
    });
    expect(lines.map(({ event: name, action }) => action ?? name)).toEqual([
      "sign_in.failed",
      "registry_token.refused",
      "reused",
    ]);
    const target = { type: "AccessToken", id: token.id, title: "robot" };
    expect(lines[2]).toMatchObject({ token_id: token.id, target, project_id: project, address: "127.0.0.1" });
  });

  it("has no address where it came by the socket of the command line", async () => {
    const options = { socketPath: service.container.config.socketFile, path: "/api/v4/user" };
    const [line] = await service.linesOf(async () => {
      const answered = Promise.withResolvers<void>();
      request(options, (answer) => answer.resume().once("end", answered.resolve)).end();
      await answered.promise;
    });
    expect(line).toMatchObject({ event: "sign_in.failed", door: "api" });
    expect(line).not.toHaveProperty("address");
  });

  it("has no address where Keyside does it by itself", async () => {
    const secret = await createPersonalAccessToken(service, ann.id, ["api"]);
    const { body } = await service.as(secret).get("/personal_access_tokens/self");
    const caller = { kind: "user", userId: ann.id, username: "ann", admin: false } as const;
    const credential = { scopes: new Set([]), ...WITHOUT_ACCESS_TOKEN };
    const revoke = () =>
      revokePersonalToken(service.container, { caller: { ...caller, ...credential }, tokenId: body.id });
    const [line] = await service.linesOf(revoke);
    expect(line).toMatchObject({ event: "rights.changed", action: "revoked" });
    expect(line).not.toHaveProperty("address");
  });
});

async function events(): Promise<{ rows: string[] }> {
  const found = await service.container.database
    .em()
    .execute<{ target_type: string; action: string }[]>(
      "select target_type, action from events where target_type <> 'Image' order by id",
    );
  return { rows: found.map(({ target_type: type, action }) => `${type} ${action}`) };
}

describe("what a registry reports", () => {
  const report = (...reported: unknown[]) =>
    fetch(`${service.url}/registry/notifications`, {
      method: "POST",
      headers: { authorization: WEBHOOK_SECRET },
      body: JSON.stringify({ events: reported }),
    });

  it("is a line for each event, once, with the client that the registry saw", async () => {
    const pulled = event({
      id: "pull",
      action: "pull",
      method: "GET",
      actor: "ann",
      target: { repository: "team/app" },
    });
    const pushed = event({ id: "push", actor: "ann", target: { repository: "team/app" } });
    const lines = await service.linesOf(async () => {
      await report(pushed, pulled);
      await report(pulled);
    });
    const common = {
      time: expect.any(String),
      actor: { user_id: ann.id, username: "ann" },
      project_id: project,
      repository: "team/app",
      tag: "latest",
      digest: `sha256:${"a".repeat(64)}`,
      happened_at: "2026-11-02T11:59:58.123Z",
      address: "192.0.2.1",
      client: "docker/20.10",
    };
    expect(lines).toEqual([
      { ...common, event: "registry.pushed" },
      { ...common, event: "registry.pulled" },
    ]);
  });

  it("is a line too where nobody signed in, and where it is a mount or a deletion", async () => {
    const lines = await service.linesOf(() =>
      report(
        event({ id: "1", action: "pull", method: "GET", actor: "" }),
        event({ id: "2", action: "mount", target: { fromRepository: "team/base" } }),
        event({ id: "3", action: "delete" }),
      ),
    );
    expect(lines).toMatchObject([
      { event: "registry.pulled", actor: { kind: "anonymous" } },
      { event: "registry.mounted", from_repository: "team/base" },
      { event: "registry.deleted" },
    ]);
  });
});

describe("the whole log", () => {
  it("holds, and no line is older than the one before", async () => {
    expect(await service.verifyAudit()).toMatchObject({ fault: undefined });
    const times = (await service.auditLines()).map(({ time }) => time);
    expect(times).toEqual([...times].sort());
  });

  it("has no event and no field that docs/spec/audit.md does not name", async () => {
    const spec = readFileSync(join(PROJECT_DIRECTORY, "docs/spec/audit.md"), "utf8");
    const lines = await service.auditLines();
    const names = new Set(
      lines.flatMap((line) => [line["event"].replace(/^registry(?=\.)/, ""), ...Object.keys(line)]),
    );
    expect(names.size).toBeGreaterThan(25);
    expect([...names].filter((name) => !spec.includes(`${name}\``))).toEqual([]);
  });

  it("loses no line when it is renamed while tokens are asked for", async () => {
    const ids = new Set<string>();
    await service.linesOf(async () => {
      for (let round = 0; round < 5; round += 1) {
        const asked = Array.from({ length: 40 }, () => requestToken(service, { scopes: ["repository:team/app:pull"] }));
        renameSync(service.auditFile, `${service.auditFile}.${round}`);
        for (const { headers } of await Promise.all(asked)) ids.add(String(headers.get("x-request-id")));
        if (round % 2 === 0) await service.container.audit?.reopen();
        else await service.container.audit?.flush();
      }
    });
    const told = new Set((await service.auditLines()).map(({ request_id: id }) => id));
    expect([...ids].filter((id) => !told.has(id))).toEqual([]);
    expect(await service.verifyAudit()).toMatchObject({ fault: undefined });
  });
});

describe("a file that cannot be written", () => {
  /** A directory in the place of the file. */
  const breakFile = ({ auditFile }: AuditedService) => {
    renameSync(auditFile, `${auditFile}.before`);
    mkdirSync(auditFile);
    return () => rmSync(auditFile, { recursive: true });
  };
  const readiness = (of: AuditedService) => fetch(`${of.url}/-/readiness`);

  it("stops no issuing where the log is not required; the lines come later", async () => {
    const mend = breakFile(service);
    const { status, claims } = await requestToken(service);
    await service.container.audit?.flush();
    expect(status).toBe(200);
    expect((await readiness(service)).status).toBe(200);
    await requestToken(service);
    await service.container.audit?.flush();
    mend();
    expect((await service.auditLines()).map(({ jti }) => jti)).toContain(claims.jti);
    const messages = service.logLines.filter((line) => line.includes("the audit log"));
    expect(messages.map((line) => JSON.parse(line).msg)).toEqual([
      "the audit log cannot be written",
      "the audit log can be written again",
    ]);
  });

  it("stops issuing where the log is required: 503, never bad credentials; and nothing is told that was not issued", async () => {
    const required = await startAuditedService({ environment: { KEYSIDE_AUDIT_LOG_REQUIRED: "on" } });
    const issued = await requestToken(required);
    const mend = breakFile(required);
    for (const question of [{}, { username: "root", password: ROOT_PASSWORD }]) {
      const refused = await requestToken(required, question);
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toBe("5");
      expect(refused.text).toMatch(/the audit log cannot be written/);
      expect(refused.text).not.toContain('token":');
    }
    expect(await (await readiness(required)).json()).toMatchObject({
      status: "failed",
      audit_log: "cannot be written",
    });
    mend();
    const again = await requestToken(required);
    expect((await readiness(required)).status).toBe(200);
    const lines = await required.auditLines();
    const told = lines.filter(({ event: name }) => name === "registry_token.issued").map(({ jti }) => jti);
    expect(told).toEqual([issued.claims.jti, again.claims.jti]);
    expect(lines.filter(({ cause }) => cause === "unavailable")).toHaveLength(2);
    expect(await required.verifyAudit()).toMatchObject({ fault: undefined });
    await required.stop();
  });

  it("where the log is required, has each line written before its token leaves", async () => {
    const required = await startAuditedService({ environment: { KEYSIDE_AUDIT_LOG_REQUIRED: "on" } });
    for (let n = 0; n < 10; n += 1) {
      const { claims } = await requestToken(required, { scopes: [`repository:team/app${n}:pull`] });
      expect(readFileSync(required.auditFile, "utf8")).toContain(String(claims.jti));
    }
    await required.stop();
  });
});
