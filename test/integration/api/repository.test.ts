/** A project's repository, read through the API: who may, what there is, and in which form. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { type ImportedRepository, pushRepository, RepositoryScript } from "../../support/imported-repository.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let repository: ImportedRepository;
/** The ids of commits and others, by what names them. */
const ids = new Map<string, string>();

const SCRIPT = new RepositoryScript()
  .commit("main", {
    message: "Begin\n\nWith a second paragraph.\n",
    at: "1767268800 +0100",
    files: [
      ["README.md", "Hello\n"],
      ["bin/run", "#!/bin/sh\n", "100755"],
      ["src/deep/a.ts", "1"],
      ["src/b.ts", "2"],
      ["link", "README.md", "120000"],
    ],
  })
  .ref("refs/tags/light", "refs/heads/main")
  .tag("v1.0", "refs/heads/main", "One\n\nAnd more.\n")
  .commit("main", { message: "Second\n", at: "1767355200 +0000", files: [["src/b.ts", "22"]] })
  .commit("main", { message: "Third\n", at: "1767441600 +0000", files: [["README.md", "Hello again\n"]] })
  .commit("feature/x", { from: "refs/heads/main", message: "A feature\n", at: "1767528000 +0000", files: [["x", "x"]] })
  .ref("refs/heads/old", "refs/tags/light")
  .ref("refs/heads/v1.0", "refs/heads/main");

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  await createOwnProject(owner, "app");
  repository = await pushRepository(service, { path: "olga/app", secret: owner.secret }, SCRIPT);
  for (const name of ["main", "main~1", "main~2", "feature/x", "refs/tags/v1.0", "main:README.md", "main:src"])
    ids.set(name, await repository.git("rev-parse", name));
});
afterAll(async () => {
  await repository.remove();
  await service.stop();
});

const at = (path: string, project = "olga/app") => `/projects/${encodeURIComponent(project)}/repository/${path}`;
const get = (path: string, client: ApiClient = owner.client) => client.get(at(path));
const namesIn = ({ body }: ApiAnswer): string[] => body.map(({ name }: { name: string }) => name);
const titlesIn = ({ body }: ApiAnswer): string[] => body.map(({ title }: { title: string }) => title);

describe("GET /projects/:id/repository/branches", () => {
  it("lists the branches by name, as GitLab writes them", async () => {
    const answer = await get("branches");
    expect(namesIn(answer)).toEqual(["feature/x", "main", "old", "v1.0"]);
    expect(answer.headers.get("x-total")).toBe("4");
    expect(answer.body[1]).toEqual({
      name: "main",
      commit: {
        id: ids.get("main"),
        short_id: ids.get("main")?.slice(0, 8),
        created_at: "2026-01-03T12:00:00.000+00:00",
        parent_ids: [ids.get("main~1")],
        title: "Third",
        message: "Third\n",
        author_name: "Ann Author",
        author_email: "ann@example.com",
        authored_date: "2026-01-03T12:00:00.000+00:00",
        committer_name: "Carl Committer",
        committer_email: "carl@example.com",
        committed_date: "2026-01-03T12:00:00.000+00:00",
        trailers: {},
        extended_trailers: {},
        web_url: "http://localhost:8080/olga/app",
      },
      merged: false,
      protected: true,
      developers_can_push: false,
      developers_can_merge: false,
      can_push: true,
      default: true,
      web_url: "http://localhost:8080/olga/app",
    });
  });

  it("calls merged what the default branch has, and more", async () => {
    const { body } = await get("branches");
    expect(body.map(({ merged }: { merged: boolean }) => merged)).toEqual([false, false, true, false]);
  });

  it.each([
    ["EAT", ["feature/x"]],
    ["^ma", ["main"]],
    ["n$", ["main"]],
    ["a", ["feature/x", "main"]],
    [".*", []],
    ["*", []],
  ])("finds %j", async (search, names) => {
    const answer = await get(`branches?search=${encodeURIComponent(search)}`);
    expect(namesIn(answer)).toEqual(names);
    expect(answer.headers.get("x-total")).toBe(String(names.length));
  });

  it("has pages", async () => {
    const { headers, ...answer } = await get("branches?per_page=3&page=2");
    expect(namesIn({ headers, ...answer })).toEqual(["v1.0"]);
    expect(headers.get("x-prev-page")).toBe("1");
    expect((await get("branches?per_page=100&page=2147483647")).body).toEqual([]);
  });
});

describe("GET /projects/:id/repository/branches/:branch", () => {
  it("shows one, with a slash in its name", async () => {
    expect((await get("branches/feature%2Fx")).body).toMatchObject({ name: "feature/x", default: false });
  });

  it.each(["feature", "light", "missing", "HEAD", "refs%2Fheads%2Fmain", "main~1", "m*n", "-x"])(
    "finds no branch %s",
    async (name) => {
      expect(await get(`branches/${name}`)).toMatchObject({ status: 404, body: { message: "404 Branch Not Found" } });
    },
  );
});

describe("GET /projects/:id/repository/tags", () => {
  it("lists tags with a message and without, in the wanted order", async () => {
    const answer = await get("tags?order_by=name&sort=asc");
    expect(namesIn(answer)).toEqual(["light", "v1.0"]);
    expect(answer.body).toMatchObject([
      { message: null, target: ids.get("main~2"), commit: { id: ids.get("main~2") }, created_at: null },
      {
        message: "One\n\nAnd more.",
        target: ids.get("refs/tags/v1.0"),
        commit: { id: ids.get("main~2") },
        created_at: "2026-01-01T12:00:00.000+00:00",
        release: null,
        protected: false,
      },
    ]);
    expect(namesIn(await get("tags?order_by=name&sort=desc"))).toEqual(["v1.0", "light"]);
    expect(namesIn(await get("tags?search=v"))).toEqual(["v1.0"]);
  });

  it("shows one, and finds no branch among them", async () => {
    expect((await get("tags/v1.0")).body).toMatchObject({ name: "v1.0", target: ids.get("refs/tags/v1.0") });
    expect(await get("tags/main")).toMatchObject({ status: 404, body: { message: "404 Tag Not Found" } });
  });
});

describe("GET /projects/:id/repository/commits", () => {
  it("lists those of the default branch, the latest first, without counting them", async () => {
    const answer = await get("commits");
    expect(titlesIn(answer)).toEqual(["Third", "Second", "Begin"]);
    expect(answer.headers.has("x-total")).toBe(false);
    expect(answer.body[2]).toMatchObject({
      message: "Begin\n\nWith a second paragraph.\n",
      parent_ids: [],
      authored_date: "2026-01-01T13:00:00.000+01:00",
    });
  });

  it("says in its headers whether there are more", async () => {
    const first = await get("commits?per_page=2");
    expect(titlesIn(first)).toEqual(["Third", "Second"]);
    expect(first.headers.get("x-next-page")).toBe("2");
    const last = await get("commits?per_page=2&page=2");
    expect(titlesIn(last)).toEqual(["Begin"]);
    expect(last.headers.get("x-next-page")).toBe("");
    expect((await get("commits?per_page=100&page=2147483647")).body).toEqual([]);
  });

  it.each([
    ["ref_name=feature%2Fx", ["A feature", "Third", "Second", "Begin"]],
    ["ref_name=light", ["Begin"]],
    ["ref_name=", ["Third", "Second", "Begin"]],
    ["path=src", ["Second", "Begin"]],
    ["path=src%2Fb.ts", ["Second", "Begin"]],
    ["path=README.md&per_page=1", ["Third"]],
    ["path=missing", []],
    ["path=*", []],
    ["since=2026-01-02T12:00:00Z", ["Third", "Second"]],
    ["until=2026-01-02T12:00:00Z", ["Second", "Begin"]],
    ["since=2026-01-02T12:00:01Z&until=2026-01-03T11:59:59Z", []],
    ["until=0001-01-01", []],
    ["since=0001-01-01", ["Third", "Second", "Begin"]],
  ])("by %s", async (query, titles) => {
    expect(titlesIn(await get(`commits?${query}`))).toEqual(titles);
  });
});

describe("GET /projects/:id/repository/commits/:sha", () => {
  it("shows a commit by its id, by the beginning of one in any case, by a branch, a tag and HEAD", async () => {
    const id = ids.get("main") ?? "";
    const names = [
      id,
      id.toUpperCase(),
      id.slice(0, 8),
      id.slice(0, 7).toUpperCase(),
      "main",
      "HEAD",
      "refs%2Fheads%2Fmain",
    ];
    for (const name of names) expect((await get(`commits/${name}`)).body, name).toMatchObject({ id });
    expect((await get("commits/light")).body).toMatchObject({ title: "Begin", status: null, last_pipeline: null });
  });

  it("takes a tag before a branch of the same name, as git does", async () => {
    expect((await get("commits/v1.0")).body.title).toBe("Begin");
    expect((await get("commits/refs%2Fheads%2Fv1.0")).body.title).toBe("Third");
  });

  it("shows no tree and no file as a commit", async () => {
    for (const name of ["main:README.md", "main:src"])
      expect((await get(`commits/${ids.get(name)}`)).body, name).toEqual({ message: "404 Commit Not Found" });
  });
});

describe("GET /projects/:id/repository/tree", () => {
  const pathsIn = ({ body }: ApiAnswer): string[] => body.map(({ path }: { path: string }) => path);

  it("lists a folder, with modes and types", async () => {
    const answer = await get("tree");
    expect(pathsIn(answer)).toEqual(["README.md", "bin", "link", "src"]);
    expect(answer.body[0]).toEqual({
      id: ids.get("main:README.md"),
      name: "README.md",
      type: "blob",
      path: "README.md",
      mode: "100644",
    });
    expect(answer.body[2]).toMatchObject({ mode: "120000", type: "blob" });
    expect(answer.body[3]).toEqual({ id: ids.get("main:src"), name: "src", type: "tree", path: "src", mode: "040000" });
  });

  it.each([
    ["path=src", ["src/b.ts", "src/deep"]],
    ["path=%2Fsrc%2F", ["src/b.ts", "src/deep"]],
    ["path=src&recursive=true", ["src/b.ts", "src/deep", "src/deep/a.ts"]],
    ["ref=feature%2Fx&path=", ["README.md", "bin", "link", "src", "x"]],
    ["per_page=1&page=2", ["bin"]],
  ])("by %s", async (query, paths) => {
    expect(pathsIn(await get(`tree?${query}`))).toEqual(paths);
  });

  it.each(["path=missing", "path=README.md", "path=README.md%2Fx", "ref=missing", "path=SRC", "path=s*"])(
    "finds nothing by %s",
    async (query) => {
      expect(await get(`tree?${query}`)).toMatchObject({ status: 404, body: { message: "404 Tree Not Found" } });
    },
  );
});

describe("GET /projects/:id/repository/files/:file_path", () => {
  it("shows a file with its content, and the same in headers", async () => {
    const { body, headers } = await get("files/src%2Fb.ts?ref=main");
    expect(body).toEqual({
      file_name: "b.ts",
      file_path: "src/b.ts",
      size: 2,
      encoding: "base64",
      content: "MjI=",
      content_sha256: "785f3ec7eb32f30b90cd0fcf3657d388b5ff4297f2f9716ff66e9b69c05ddd09",
      ref: "main",
      blob_id: expect.stringMatching(/^[0-9a-f]{40}$/),
      commit_id: ids.get("main"),
      last_commit_id: ids.get("main~1"),
      execute_filemode: false,
    });
    expect(headers.get("x-gitlab-size")).toBe("2");
    expect(headers.get("x-gitlab-last-commit-id")).toBe(ids.get("main~1"));
    expect((await get("files/bin%2Frun")).body.execute_filemode).toBe(true);
  });

  it("sends it raw, as text that no browser runs, from where it is asked for", async () => {
    const { body, headers } = await get("files/README.md/raw?ref=light");
    expect(body).toBe("Hello\n");
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('attachment; filename="README.md"');
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-length")).toBe("6");
    expect(headers.get("x-gitlab-commit-id")).toBe(ids.get("main~2"));
    expect((await get("files/README.md/raw")).body).toBe("Hello again\n");
    expect((await get("files/link/raw")).body).toBe("README.md");
  });

  it("tells HEAD what it tells GET, without the file", async () => {
    const { status, headers, body } = await owner.client.call("HEAD", at("files/README.md/raw"));
    expect({ status, body, size: headers.get("content-length") }).toEqual({ status: 200, body: undefined, size: "12" });
    const json = await owner.client.call("HEAD", at("files/README.md?ref=main"));
    expect(json.headers.get("x-gitlab-blob-id")).toBe(ids.get("main:README.md"));
  });

  it.each([
    ["files/missing", "404 File Not Found"],
    ["files/src", "404 File Not Found"],
    ["files/src/raw", "404 File Not Found"],
    ["files/README.md%2Fx/raw", "404 File Not Found"],
    ["files/README.md/raw?ref=missing", "404 Commit Not Found"],
    ["files/README.md?ref=missing", "404 Commit Not Found"],
  ])("finds nothing at %s", async (path, message) => {
    expect(await get(path)).toMatchObject({ status: 404, body: { message } });
  });
});

describe("reading", () => {
  it("is counted among the operations, and in the last use of a token", async () => {
    const { client, id } = await createProjectAccessToken(service, "olga/app", { scopes: ["read_repository"] });
    expect((await get("files/README.md/raw", client)).status).toBe(200);
    const metrics = await (await fetch(`${service.url}/-/metrics`)).text();
    expect(metrics).toMatch(/^keyside_git_operations_total\{kind="read",result="done"\} [1-9]/m);
    expect(metrics).toMatch(/^keyside_git_bytes_total\{direction="sent"\} [1-9]/m);
    await service.container.lastUse.flush();
    const { body } = await service.root.get(`/projects/olga%2Fapp/access_tokens/${id}/usage`);
    expect(body.scopes).toEqual([{ scope: "read_repository", last_used_at: expect.any(String) }]);
  });
});

describe("an empty repository", () => {
  beforeAll(() => createOwnProject(owner, "empty"));

  it("has no branches and no tags", async () => {
    for (const path of ["branches", "tags"])
      expect(await owner.client.get(at(path, "olga/empty"))).toMatchObject({ status: 200, body: [] });
  });

  it.each([
    "tree",
    "commits",
    "commits/main",
    "files/README.md",
    "files/README.md/raw",
    "archive",
    "archive.zip",
    "bundle",
  ])("is not found at %s", async (path) => {
    const answer = await owner.client.get(at(path, "olga/empty"));
    expect(answer).toMatchObject({ status: 404, body: { message: "404 Repository Not Found" } });
  });

  it.each([
    ["branches/main", "404 Branch Not Found"],
    ["tags/v1", "404 Tag Not Found"],
  ])("has nothing at %s", async (path, message) => {
    expect(await owner.client.get(at(path, "olga/empty"))).toMatchObject({ status: 404, body: { message } });
  });
});

/** A call of each kind. */
const CALLS = [
  ...["branches", "branches/main", "tags", "tags/v1.0", "commits", "commits/main", "tree", "files/README.md"],
  ...["files/README.md/raw", "archive", "archive.tar.gz", "archive.zip", "bundle"],
];

describe("who may read a repository", () => {
  let ofProject: ProjectAccessToken;
  const people = new Map<string, ApiClient>();
  const VISIBILITIES = ["private", "internal", "public"] as const;
  const LEVELS = [
    ["guest", 10],
    ["reporter", 20],
    ["developer", 30],
  ] as const;

  beforeAll(async () => {
    const stranger = await createUser(service, "sam");
    const elsewhere = await createProjectAccessToken(service, await createOwnProject(stranger, "own"), {
      by: stranger,
    });
    people
      .set("nobody", service.as(undefined))
      .set("a stranger", stranger.client)
      .set("a foreign bot", elsewhere.client);
    people.set("an administrator", service.root).set("the owner", owner.client);
    const members = new Map<User, number>();
    for (const [name, level] of LEVELS) {
      const member = await createUser(service, name);
      members.set(member, level);
      people.set(`a ${name}`, member.client);
    }
    for (const visibility of VISIBILITIES) {
      const id = await createOwnProject(owner, visibility, { visibility });
      const clone = await pushRepository(service, { path: `olga/${visibility}`, secret: owner.secret }, SCRIPT);
      await clone.remove();
      for (const [member, level] of members) await addProjectMember(service, id, member.id, level);
    }
    ofProject = await createProjectAccessToken(service, "olga/private", { scopes: ["read_api"], access_level: 20 });
    people.set("the project's bot", ofProject.client);
  });

  /** Of each visibility: private, internal, public. */
  it.each([
    ["nobody", [401, 401, 401]],
    ["a stranger", [404, 200, 200]],
    ["a foreign bot", [404, 404, 200]],
    ["a guest", [403, 200, 200]],
    ["a reporter", [200, 200, 200]],
    ["the owner", [200, 200, 200]],
    ["an administrator", [200, 200, 200]],
    ["the project's bot", [200, 404, 200]],
  ])("%s: %j", async (who, wanted) => {
    const client = people.get(who) ?? service.root;
    for (const [index, visibility] of VISIBILITIES.entries()) {
      for (const call of visibility === "private" ? CALLS : ["tree", "files/README.md/raw"]) {
        const { status, body } = await client.get(at(call, `olga/${visibility}`));
        expect([visibility, call, status], JSON.stringify(body)).toEqual([visibility, call, wanted[index]]);
        if (status === 404) expect(body).toEqual({ message: "404 Project Not Found" });
      }
    }
  });

  it("says which level is lacking", async () => {
    const { body } = (await people.get("a guest")?.get(at("tree", "olga/private"))) ?? { body: undefined };
    expect(body.message).toBe(
      "403 Forbidden: to read the repository takes the level Reporter (20) in this project, and yours is Guest (10)",
    );
  });

  it.each([
    ["read_api", CALLS],
    ["api", CALLS],
    ["read_repository", CALLS.filter((call) => /^(?:files|archive|bundle)/.test(call))],
    ["write_repository", []],
    ["read_registry", []],
  ])("with %s alone: %j", async (scope, allowed) => {
    const { client } = await createProjectAccessToken(service, "olga/private", { scopes: [scope], access_level: 20 });
    for (const call of CALLS) {
      const { status, body } = await client.get(at(call, "olga/private"));
      expect([call, status], JSON.stringify(body)).toEqual([call, allowed.includes(call) ? 200 : 403]);
    }
  });

  it("shows whoever looks whether they may push", async () => {
    const canPush = async (who: string) => {
      const { body } = (await people.get(who)?.get(at("branches", "olga/public"))) ?? { body: [] };
      return body.map(({ can_push }: { can_push: boolean }) => can_push);
    };
    expect(await canPush("a reporter")).toEqual([false, false, false, false]);
    expect(await canPush("a developer")).toEqual([true, false, true, true]);
    expect(await canPush("the owner")).toEqual([true, true, true, true]);
  });
});
