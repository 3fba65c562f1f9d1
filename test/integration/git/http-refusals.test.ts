/** What Git over HTTP answers when it refuses, line by line of docs/spec/git.md "HTTP". */
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gitOutput } from "../../support/git-client.ts";
import { type GitProject, gitProjects } from "../../support/git-project.ts";
import { basic, FLUSH, fetchBody, holdRequest, packet, transferHeaders } from "../../support/git-protocol.ts";
import { RawConnection } from "../../support/raw-connection.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { createProjectAccessToken, createUserWithPassword, type UserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

let service: TestService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;
let hidden: GitProject;
let open: GitProject;
/** The commit that it has. */
let head: string;
let stranger: UserWithPassword;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_URL: "https://tools.example.com/keyside" } });
  createProject = await gitProjects(service);
  hidden = await createProject();
  open = await createProject({ visibility: "public" });
  head = await gitOutput(await open.pushedClone(), "rev-parse", "HEAD");
  stranger = await createUserWithPassword(service, "sam");
});
afterAll(() => service.stop());

/** An answer, as a client sees it. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: await response.text() };
}

const refs = (project: { readonly url: string }, gitService: "upload-pack" | "receive-pack" = "upload-pack") =>
  `${project.url}/info/refs?service=git-${gitService}`;

/** A project of which there is nothing, whose path is as long as that of another. */
const missing = () => ({ url: hidden.url.replace(/\/x[0-9a-f]{4}/, "/x0000") });

const CHALLENGE = 'Basic realm="Keyside", charset="UTF-8"';
const NO_PROJECT = "The project you were looking for could not be found or you don't have permission to view it.\n";

/** What each refusal has in common. */
function expectRefusal({ status, headers }: Answer, wanted: number): void {
  expect(status).toBe(wanted);
  expect(headers).toMatchObject({
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache, max-age=0, must-revalidate",
    "x-content-type-options": "nosniff",
  });
  expect(headers["www-authenticate"]).toBe(wanted === 401 ? CHALLENGE : undefined);
}

/** All but what differs each time, and what the other side of the connection says. */
function comparable({ status, headers, text }: Answer): unknown {
  const { "x-request-id": _id, date: _date, ...others } = headers;
  return { status, text, headers: others };
}

describe("Git over HTTP", () => {
  it("asks for credentials, whether or not there is such a project, in the same words", async () => {
    for (const gitService of ["upload-pack", "receive-pack"] as const) {
      const [one, other] = await Promise.all([ask(refs(hidden, gitService)), ask(refs(missing(), gitService))]);
      expectRefusal(one, 401);
      expect(comparable(other)).toEqual(comparable(one));
      const init = { method: "POST", body: FLUSH, headers: transferHeaders(gitService) };
      const [sent, lost] = await Promise.all([
        ask(`${hidden.url}/git-${gitService}`, init),
        ask(`${missing().url}/git-${gitService}`, init),
      ]);
      expectRefusal(sent, 401);
      expect(comparable(lost)).toEqual(comparable(sent));
    }
  });

  it("asks for them before a push to what everybody may fetch", async () => {
    expect((await ask(refs(open))).status).toBe(200);
    expectRefusal(await ask(refs(open, "receive-pack")), 401);
  });

  it("hides a project from who may not see it as if there were none, byte for byte", async () => {
    const foreigner = (await createProject()).writer;
    const callers = [basic(stranger.secret), basic(stranger.password, stranger.username), basic(foreigner.secret)];
    for (const headers of callers)
      for (const gitService of ["upload-pack", "receive-pack"] as const) {
        const one = await ask(refs(hidden, gitService), { headers });
        expectRefusal(one, 404);
        expect(one.text).toBe(NO_PROJECT);
        expect(comparable(await ask(refs(missing(), gitService), { headers }))).toEqual(comparable(one));
        // A text that no project can have as its path is no project either.
        const never = { url: `${service.url}/git/NEVER` };
        expect(comparable(await ask(refs({ url: `${never.url}.git` }, gitService), { headers }))).toEqual(
          comparable(one),
        );
      }
  });

  it("refuses wrong credentials for a public project too, and tells the bearer of a dead token why", async () => {
    const revoked = await createProjectAccessToken(service, open.id, { scopes: ["write_repository"] });
    await service.root.delete(`/projects/${open.id}/access_tokens/${revoked.id}`);
    const sayings = new Map([
      [wrongToken(), /^the access token is not known\n$/],
      [revoked.secret, /^Token was revoked\. You have to re-authorize from the user\.\n$/],
    ]);
    for (const [secret, saying] of sayings)
      for (const headers of [basic(secret), { "private-token": secret }, { authorization: `Bearer ${secret}` }])
        for (const project of [open, hidden, missing()]) {
          const answer = await ask(refs(project), { headers });
          expectRefusal(answer, 401);
          expect(answer.text).toMatch(saying);
        }
    const password = await ask(refs(open), { headers: basic("wrong password", stranger.username) });
    expectRefusal(password, 401);
    expect(password.text).not.toMatch(/revoked|expired/);
  });

  it.each(["Basic", "Basic !!!", "Basic YQ==", "Digest username=x", "Basic YTpi YTpi"])(
    "refuses credentials that are none, and says so: %s",
    async (authorization) => expectRefusal(await ask(refs(open), { headers: { authorization } }), 401),
  );

  it("names the scope that is lacking, and the level", async () => {
    const reader = await createProjectAccessToken(service, hidden.id, { scopes: ["read_repository", "api"] });
    const scope = await ask(refs(hidden, "receive-pack"), { headers: basic(reader.secret) });
    expectRefusal(scope, 403);
    expect(scope.text).toMatch(/scope write_repository/);
    const guest = await createProjectAccessToken(service, hidden.id, {
      scopes: ["write_repository"],
      access_level: 10,
    });
    const level = await ask(refs(hidden), { headers: basic(guest.secret) });
    expectRefusal(level, 403);
    expect(level.text).toMatch(/level Reporter \(20\) .* yours is Guest \(10\)/);
  });

  it.each(["", "?service=", "?service=git-upload-archive", "?service=constructor"])(
    "tells whoever asks in the old way, or for what there is not, to upgrade: info/refs%s",
    async (query) => {
      const answer = await ask(`${open.url}/info/refs${query}`);
      expectRefusal(answer, 403);
      expect(answer.text).toMatch(/upgrade Git/);
    },
  );

  it("has nothing of the files of a repository", async () => {
    for (const file of ["HEAD", "config", "packed-refs", "objects/info/packs", "hooks/pre-receive", "..%2f..%2fca.key"])
      expectRefusal(await ask(`${open.url}/${file}`, { headers: basic(open.writer.secret) }), 404);
  });

  it("refuses another Content-Type, and another Content-Encoding, and names what it takes", async () => {
    const url = `${open.url}/git-upload-pack`;
    const type = "application/x-git-upload-pack-request";
    for (const wrong of ["", "text/plain", "application/x-git-receive-pack-request", `${type}; charset=utf-8`]) {
      const answer = await ask(url, { method: "POST", body: FLUSH, headers: { "content-type": wrong } });
      expectRefusal(answer, 415);
      expect(answer.text).toContain(`send ${type}`);
    }
    for (const encoding of ["br", "deflate", "gzip, gzip"]) {
      const headers = { "content-type": type, "content-encoding": encoding };
      expectRefusal(await ask(url, { method: "POST", body: FLUSH, headers }), 415);
    }
  });

  it("says nothing of the form of a request to who may not send it", async () => {
    const headers = { "content-type": "text/plain", ...basic(stranger.secret) };
    expectRefusal(await ask(`${hidden.url}/git-upload-pack`, { method: "POST", body: "", headers }), 404);
  });

  it("lets Git LFS know that it is not there, in its own form", async () => {
    const answer = await ask(`${hidden.url}/info/lfs/objects/batch`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(501);
    expect(answer.headers["content-type"]).toBe("application/vnd.git-lfs+json");
    expect(JSON.parse(answer.text)).toEqual({ message: "Git LFS is not supported." });
  });

  it("leads who opens a repository's address to the project's page, whether or not there is one", async () => {
    for (const { url } of [hidden, missing()]) {
      const { pathname } = new URL(url);
      const { status, headers } = await ask(url);
      expect(status).toBe(302);
      expect(headers["location"]).toBe(`/keyside${pathname.replace(".git", "")}`);
    }
  });

  it("leaves pages and the API what is theirs", async () => {
    const page = await ask(`${service.url}/${open.path}/-/container_registry/${open.path}/tool.git`);
    expect(page).toMatchObject({ status: 303, headers: { location: expect.stringMatching(/sign_in/) } });
    const api = await ask(`${service.url}/api/v4/nothing.git/info/refs?service=git-upload-pack`);
    expect(api.headers["content-type"]).toBe("application/json");
  });
});

describe("the body of a fetch", () => {
  const MIB = 1024 * 1024;
  const url = () => `${open.url}/git-upload-pack`;
  const type = transferHeaders("upload-pack");
  /** What git reads on and on: a client tells what it has. */
  const lines = (bytes: number) => {
    const beginning = packet(`want ${head}\n`) + FLUSH;
    return Buffer.concat([Buffer.from(beginning), Buffer.alloc(bytes, packet(`have ${"1".repeat(40)}\n`))]);
  };

  it("has 10 MiB at most", async () => {
    const answer = await ask(url(), { method: "POST", headers: type, body: lines(10 * MIB + 50) });
    expectRefusal(answer, 413);
    expect(answer.text).toMatch(/10 MiB/);
  });

  it("is counted as it is unpacked", async () => {
    for (const encoding of ["gzip", "x-gzip", "GZIP"]) {
      const headers = { ...type, "content-encoding": encoding };
      const bomb = gzipSync(lines(12 * MIB));
      expect(bomb.length).toBeLessThan(MIB);
      expectRefusal(await ask(url(), { method: "POST", headers, body: bomb }), 413);
    }
  });

  it("is refused when it is too large unpacked, though its end never comes", async () => {
    const bomb = gzipSync(lines(12 * MIB));
    const held = holdRequest(url(), { ...type, "content-encoding": "gzip" });
    await held.send(bomb.subarray(0, bomb.length - 100));
    expect((await held.answer).status).toBe(413);
    held.breakOff();
  });

  it("is refused when it cannot be unpacked, and whoever sent it is told", async () => {
    const good = gzipSync(fetchBody("1".repeat(40)));
    const broken = [
      Buffer.from("no gzip"),
      good.subarray(0, -4),
      Buffer.concat([good.subarray(0, 15), Buffer.alloc(30)]),
    ];
    for (const body of broken) {
      const answer = await ask(url(), { method: "POST", headers: { ...type, "content-encoding": "gzip" }, body });
      expectRefusal(answer, 400);
      expect(answer.text).toMatch(/gzip/);
    }
  });

  it("may be what git cannot read: then git says so, and nothing else of it", async () => {
    const answer = await ask(url(), { method: "POST", headers: type, body: "no packet" });
    expect([200, 503]).toContain(answer.status);
    expect(answer.text).not.toMatch(/\/|fatal/);
  });

  it("is a fetch, packed or not", async () => {
    const project = await createProject();
    const body = fetchBody(await gitOutput(await project.pushedClone(), "rev-parse", "HEAD"));
    const headers = transferHeaders("upload-pack", project.writer.secret);
    const target = `${project.url}/git-upload-pack`;
    const plain = await ask(target, { method: "POST", headers, body });
    expect(plain.status).toBe(200);
    expect(plain.headers).toMatchObject({
      "content-type": "application/x-git-upload-pack-result",
      "cache-control": "no-cache, max-age=0, must-revalidate",
      "x-content-type-options": "nosniff",
    });
    expect(plain.text).toMatch(/^0008NAK\nPACK/);
    const packed = { ...headers, "content-encoding": "gzip" };
    expect((await ask(target, { method: "POST", headers: packed, body: gzipSync(body) })).text).toMatch(/^0008NAK/);
  });
});

describe("a path that no project has", () => {
  it.each([
    "/../../etc/passwd.git",
    "/git/../../x.git",
    "/git/%2e%2e/x.git",
    "/git/..%2f..%2fx.git",
    "/git/x%00.git",
    "/git/x\\y.git",
    "//git/x.git",
    "/git//x.git",
    "/git/./x.git",
  ])("is refused as any other, byte by byte: %s", async (path) => {
    for (const [headers, status] of [
      ["", 401],
      [`Authorization: ${basic(ROOT_PASSWORD, "root").authorization}\r\n`, 404],
    ] as const) {
      const connection = await RawConnection.open(service.url);
      const answer = await connection.ask(
        `GET ${path}/info/refs?service=git-receive-pack HTTP/1.1\r\nHost: x\r\n${headers}\r\n`,
      );
      expect(answer.statusLine).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      connection.close();
    }
  });

  it("is no HTTP with a NUL in it", async () => {
    const connection = await RawConnection.open(service.url);
    const answer = await connection.ask(
      "GET /git/x\0.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    expect(answer.statusLine).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe("Git over HTTP without git", () => {
  it.each([
    ["KEYSIDE_GIT is off", { KEYSIDE_GIT: "off" }, "/usr/bin", /^Git is off in this process of Keyside/],
    ["there is none", {}, "/nonexistent", /^Git is not installed where Keyside runs: install git 2\.39/],
  ] as const)("is 503 to who may, and all else as ever, when %s", async (_why, environment, path, saying) => {
    const before = process.env["PATH"];
    process.env["PATH"] = path;
    const other = await startTestService({ environment }).finally(() => {
      process.env["PATH"] = before;
    });
    const project = await (await gitProjects(other))();
    expect((await ask(refs(project))).status).toBe(401);
    expect((await ask(refs(project), { headers: basic(wrongToken()) })).status).toBe(401);
    for (const gitService of ["upload-pack", "receive-pack"] as const) {
      const answer = await ask(refs(project, gitService), { headers: basic(project.writer.secret) });
      expectRefusal(answer, 503);
      expect(answer.text).toMatch(saying);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    expect((await other.root.get(`/projects/${project.id}`)).status).toBe(200);
    expect((await other.root.delete(`/projects/${project.id}`)).status).toBeLessThan(300);
    await other.stop();
  });

  it("is 503 when the directory of the repositories cannot be read, and says so to nobody who may not", async () => {
    const directory = await scratchDirectory();
    await writeFile(`${directory}/file`, "");
    const other = await startTestService({ environment: { KEYSIDE_GIT_DIR: `${directory}/file` } });
    const own = await (await gitProjects(other))();
    expect((await ask(refs(own))).status).toBe(401);
    const answer = await ask(refs(own), { headers: basic(own.writer.secret) });
    expectRefusal(answer, 503);
    expect(answer.text).not.toContain(directory);
    await other.stop();
  });
});
