/** What Git over HTTP does before it lets git run, and what is noted of it: by whom, how often, how much. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { type AuditedService, startAuditedService } from "../../support/audited-service.ts";
import { gitOutput } from "../../support/git-client.ts";
import { type GitProject, gitProjects, withToken } from "../../support/git-project.ts";
import { basic, FLUSH, holdRequest, pushBody, transferHeaders } from "../../support/git-protocol.ts";
import { createProjectAccessToken, createUserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

let service: AuditedService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;
/** The directory of a `git` that writes down what it was started with, and then is the real one. */
let noting: string;

beforeAll(async () => {
  noting = await makeNotingGit();
  const before = process.env["PATH"];
  process.env["PATH"] = `${noting}:${before}`;
  const environment = { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1", KEYSIDE_GIT_CONCURRENCY: "2" };
  service = await startAuditedService({ environment }).finally(() => {
    process.env["PATH"] = before;
  });
  createProject = await gitProjects(service);
});
afterAll(async () => {
  await service.stop();
  await rm(noting, { recursive: true });
});
beforeEach(() => rm(join(noting, "notes"), { force: true }));

async function makeNotingGit(): Promise<string> {
  const directory = join("/tmp", `keyside-noting-${process.pid}`);
  await mkdir(directory);
  const real = (process.env["PATH"] ?? "").split(":").map((each) => `'${each}/git'`);
  await writeFile(
    join(directory, "git"),
    `#!/bin/sh\necho "$*" >> '${directory}/notes'\nfor git in ${real.join(" ")}; do [ -x "$git" ] && exec "$git" "$@"; done\n`,
  );
  await chmod(join(directory, "git"), 0o755);
  return directory;
}

/** What git was started with since the test began. */
async function started(): Promise<string> {
  return await readFile(join(noting, "notes"), "utf8").catch(() => "");
}

/** All directories of repositories. */
async function stored(): Promise<string[]> {
  return await readdir(service.container.config.git.directory, { recursive: true }).catch(() => []);
}

async function statusOf(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.text();
  return response.status;
}

describe("before a caller is known to be allowed", () => {
  it("no git is started, and nothing is made or locked, whatever they send", async () => {
    const project = await createProject();
    const guest = await createProjectAccessToken(service, project.id, {
      scopes: ["write_repository"],
      access_level: 10,
    });
    const other = await createProjectAccessToken(service, project.id, { scopes: ["api", "read_registry"] });
    const before = await stored();
    const seen: number[] = [];
    for (const secret of [undefined, wrongToken(), guest.secret, other.secret])
      for (const gitService of ["upload-pack", "receive-pack"] as const) {
        const headers = transferHeaders(gitService, secret);
        seen.push(await statusOf(`${project.url}/info/refs?service=git-${gitService}`, { headers }));
        seen.push(await statusOf(`${project.url}/git-${gitService}`, { method: "POST", headers, body: FLUSH }));
      }
    expect(new Set(seen)).toEqual(new Set([401, 403]));
    expect(await started()).toBe("");
    expect(await stored()).toEqual(before);
    expect(service.container.gitTurns.running).toBe(0);
  });

  it("is git started for who may: so the test before can fail", async () => {
    const project = await createProject();
    await project.pushedClone();
    expect(await started()).toMatch(/receive-pack --stateless-rpc/);
  });

  it("no directory is made for a fetch, nor for what comes before a push", async () => {
    const project = await createProject();
    await gitOutput("/", "ls-remote", project.writerUrl);
    const url = `${project.url}/info/refs?service=git-receive-pack`;
    expect(await statusOf(url, { headers: basic(project.writer.secret) })).toBe(200);
    await expect(readdir(project.directory)).rejects.toThrow("ENOENT");
  });
});

describe("the use of a token", () => {
  /** When a token was last used, and for which scopes, as far as it is written. */
  async function usesOf({ id }: { id: number }): Promise<{ at: string | null; scopes: string[] }> {
    await service.container.lastUse.flush();
    const em = service.container.database.em();
    const [row] = await em.execute<{ at: Date | null }[]>("select last_used_at as at from access_tokens where id = ?", [
      id,
    ]);
    const scopes = await em.execute<{ scope: string }[]>(
      "select scope from access_token_scope_uses where access_token_id = ? order by scope",
      [id],
    );
    return { at: row?.at ? new Date(row.at).toISOString() : null, scopes: scopes.map(({ scope }) => scope) };
  }

  it("is noted with the scope that it took", async () => {
    const project = await createProject();
    await project.pushedClone();
    const now = service.clock.now().toISOString();
    expect(await usesOf(project.writer)).toEqual({ at: now, scopes: ["write_repository"] });
    const both = await createProjectAccessToken(service, project.id, {
      scopes: ["read_repository", "write_repository"],
    });
    await gitOutput("/", "ls-remote", withToken(project.url, both.secret));
    expect(await usesOf(both)).toEqual({ at: now, scopes: ["read_repository"] });
  });

  it("is noted of no scope where it was refused for it, or everybody may", async () => {
    const project = await createProject({ visibility: "public" });
    const api = await createProjectAccessToken(service, project.id, { scopes: ["api"] });
    const headers = basic(api.secret);
    expect(await statusOf(`${project.url}/info/refs?service=git-receive-pack`, { headers })).toBe(403);
    expect(await statusOf(`${project.url}/info/refs?service=git-upload-pack`, { headers })).toBe(200);
    expect((await usesOf(api)).scopes).toEqual([]);
  });
});

describe("failures to sign in by Git", () => {
  const guess = (project: GitProject, address: string, secret: string = wrongToken()) =>
    fetch(`${project.url}/info/refs?service=git-upload-pack`, {
      headers: { ...basic(secret), "x-forwarded-for": address },
    });

  it("count in the lockout, and who has too many is told when to come again", async () => {
    const project = await createProject({ visibility: "public" });
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) await (await guess(project, "203.0.113.7")).text();
    const answer = await guess(project, "203.0.113.7");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("www-authenticate")).toBeNull();
    await answer.text();
    // Who comes without credentials guesses nothing, and nor does who comes with good ones.
    const anonymous = { headers: { "x-forwarded-for": "203.0.113.7" } };
    expect(await statusOf(`${project.url}/info/refs?service=git-upload-pack`, anonymous)).toBe(200);
    expect((await guess(project, "203.0.113.7", project.writer.secret)).status).toBe(200);
  });

  it("do not begin with a client's first question, which comes without credentials", async () => {
    const project = await createProject();
    const work = async () => {
      for (let index = 0; index < MAXIMUM_FAILURES + 1; index += 1)
        expect(await statusOf(`${project.url}/info/refs?service=git-upload-pack`)).toBe(401);
      await gitOutput("/", "ls-remote", project.writerUrl);
    };
    expect(await service.linesOf(work)).toEqual([]);
  });

  it("stand in the audit log, with the door, the form and the owner, as far as they are known", async () => {
    const project = await createProject({ visibility: "public" });
    const revoked = await createProjectAccessToken(service, project.id, { scopes: ["write_repository"] });
    await service.root.delete(`/projects/${project.id}/access_tokens/${revoked.id}`);
    const user = await createUserWithPassword(service, "una");
    const refs = `${project.url}/info/refs?service=git-receive-pack`;
    const failed = { event: "sign_in.failed", door: "git", address: "203.0.113.9" };
    const tries = [
      { headers: basic(wrongToken()), line: { credential: "password", cause: "unauthenticated" } },
      { headers: { "private-token": wrongToken() }, line: { credential: "access_token", cause: "unauthenticated" } },
      { headers: basic(revoked.secret), line: { cause: "invalid_token", token_id: revoked.id } },
      { headers: basic("wrong password", "una"), line: { credential: "password", actor: { user_id: user.id } } },
    ];
    for (const { headers, line } of tries) {
      const work = () => statusOf(refs, { headers: { ...headers, "x-forwarded-for": "203.0.113.9" } });
      expect(await service.linesOf(work)).toMatchObject([{ ...failed, ...line }]);
    }
    const text = await service.auditText();
    for (const secret of [revoked.secret, "wrong password"]) expect(text).not.toContain(secret);
  });
});

describe("the metrics of Git", () => {
  async function samples(): Promise<Record<string, number>> {
    const lines = (await (await fetch(`${service.url}/-/metrics`)).text()).split("\n");
    const ours = lines.filter((line) => line.startsWith("keyside_git_"));
    return Object.fromEntries(ours.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
  }

  it("count operations by kind and result, how long they took, and bytes each way", async () => {
    const project = await createProject();
    const before = await samples();
    const clone = await project.pushedClone();
    await gitOutput(clone, "fetch", "--quiet", project.writerUrl, "main");
    await statusOf(`${project.url}/info/refs?service=git-upload-pack`);
    const after = await samples();
    const added = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    expect(added('keyside_git_operations_total{kind="push",result="done"}')).toBe(1);
    expect(added('keyside_git_operations_total{kind="fetch",result="done"}')).toBeGreaterThan(0);
    expect(added('keyside_git_operations_total{kind="refs",result="done"}')).toBe(2);
    expect(added('keyside_git_operation_duration_seconds_count{kind="push"}')).toBe(1);
    expect(added('keyside_git_bytes_total{direction="received"}')).toBeGreaterThan(100);
    expect(added('keyside_git_bytes_total{direction="sent"}')).toBeGreaterThan(100);
  });

  it("tell how many run, and too many at once are 503 with Retry-After", async () => {
    const project = await createProject({ visibility: "public" });
    await project.pushedClone();
    // Two of them run, and neither says any more.
    const held = [1, 2].map(() => holdRequest(`${project.url}/git-upload-pack`, transferHeaders("upload-pack")));
    for (const request of held) await request.send("0032want ");
    await expect.poll(async () => (await samples())["keyside_git_operations_running"], { timeout: 60_000 }).toBe(2);
    // As many as may wait for one caller, and some more.
    const leaving = new AbortController();
    const ask = (signal?: AbortSignal) =>
      fetch(`${project.url}/info/refs?service=git-upload-pack`, { signal: signal ?? null });
    const asked = Array.from({ length: 70 }, () => ask(leaving.signal));
    const answer = await Promise.race(asked);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.text()).toMatch(/^Too many Git operations are under way/);
    expect((await service.root.get("/version")).status).toBe(200);
    leaving.abort();
    await Promise.allSettled(asked);
    for (const request of held) request.breakOff();
    expect((await ask()).status).toBe(200);
    await expect.poll(async () => (await samples())["keyside_git_operations_running"], { timeout: 60_000 }).toBe(0);
  });
});

describe("a push that cannot be read", () => {
  it("is refused by git in its own words, and changes nothing", async () => {
    const project = await createProject();
    const url = `${project.url}/git-receive-pack`;
    const headers = transferHeaders("receive-pack", project.writer.secret);
    const change = { ref: "refs/heads/main", from: "0".repeat(40), to: "1".repeat(40) };
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body: pushBody([change], Buffer.from("no pack at all")),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/unpack .*|ng refs\/heads\/main/);
    expect(await gitOutput("/", "ls-remote", project.writerUrl)).toBe("");
    expect(await project.events()).toEqual([]);
  });

  it("of nothing but a probe is an answer without anything in it", async () => {
    const project = await createProject();
    const headers = transferHeaders("receive-pack", project.writer.secret);
    const answer = await fetch(`${project.url}/git-receive-pack`, { method: "POST", headers, body: FLUSH });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(await project.events()).toEqual([]);
  });
});
