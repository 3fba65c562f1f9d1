/** What people who may push put into a repository, and what people who may read ask of it: nothing of that harms anybody. */
import { once } from "node:events";
import { access } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer } from "../../support/api-client.ts";
import { processesAt } from "../../support/git-processes.ts";
import { type ImportedRepository, pushRepository, RepositoryScript } from "../../support/imported-repository.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createOwnProject, createUser, type User } from "../../support/world.ts";

let service: TestService;
let owner: User;

beforeAll(async () => {
  // One at a time, and nobody may take nothing for long: whoever does not give their turn back holds up all others.
  const environment = { KEYSIDE_GIT_CONCURRENCY: "1", KEYSIDE_GIT_IDLE_TIMEOUT: "1" };
  service = await startTestService({ environment });
  owner = await createUser(service, "olga");
});
afterAll(() => service.stop());

async function push(path: string, script: RepositoryScript): Promise<ImportedRepository> {
  await createOwnProject(owner, path);
  return await pushRepository(service, { path: `olga/${path}`, secret: owner.secret }, script);
}

const get = (project: string, path: string): Promise<ApiAnswer> =>
  owner.client.get(`/projects/olga%2F${project}/repository/${path}`);
const namesIn = ({ body }: ApiAnswer): string[] => body.map(({ name }: { name: string }) => name);

describe("names that are asked for", () => {
  let repository: ImportedRepository;
  let abandoned: string;

  beforeAll(async () => {
    const secret = new RepositoryScript()
      .commit("main", { files: [["a", "a"]] })
      .commit("main", { files: [["b", "b"]] });
    repository = await push("asked", secret.commit("next", { from: "refs/heads/main", files: [["secret", "secret"]] }));
    abandoned = await repository.git("rev-parse", "next");
    await repository.git("update-ref", "refs/heads/next", "main");
    await repository.push("+refs/heads/next:refs/heads/next");
  });
  afterAll(() => repository.remove());

  it.each([
    "--output=/tmp/keyside-attack",
    "--upload-pack=touch /tmp/keyside-attack",
    "-x",
    "HEAD@{1}",
    "main@{yesterday}",
    "@{-1}",
    "main~1",
    "main^",
    "main^{tree}",
    "main:a",
    ":/A",
    "main..next",
    "^main",
    "../../../../etc/passwd",
    "refs/notes/commits",
    "heads/main",
    "m*",
    "FETCH_HEAD",
    "$(touch /tmp/keyside-attack)",
    "main next",
  ])("are names and nothing else: %s", async (name) => {
    const sent = encodeURIComponent(name);
    const calls = [
      [`branches/${sent}`, "Branch"],
      [`tags/${sent}`, "Tag"],
      [`commits/${sent}`, "Commit"],
      [`commits?ref_name=${sent}`, "Commit"],
      [`tree?ref=${sent}`, "Tree"],
      [`files/a?ref=${sent}`, "Commit"],
      [`files/a/raw?ref=${sent}`, "Commit"],
      [`archive?sha=${sent}`, "File"],
    ] as const;
    for (const [call, noun] of calls)
      expect(await get("asked", call), call).toMatchObject({ status: 404, body: { message: `404 ${noun} Not Found` } });
    await expect(access("/tmp/keyside-attack")).rejects.toThrow("ENOENT");
  });

  it.each(["%00", "main%00", "a%0Ab", "%EF%BF%BD"])("are refused where they are no text: %s", async (name) => {
    for (const call of [
      `commits?ref_name=${name}`,
      `tree?ref=${name}`,
      `files/a/raw?ref=${name}`,
      `archive?sha=${name}`,
    ])
      expect(await get("asked", call), call).toMatchObject({ status: 400 });
  });

  it.each(["..", "../..", "a/../../b", "./a", "a%00", "%00", "a//b", "%EF%BF%BD"])(
    "are refused where they are no path: %s",
    async (path) => {
      for (const call of [`tree?path=${path}`, `commits?path=${path}`, `archive?path=${path}`])
        expect(await get("asked", call), call).toMatchObject({
          status: 400,
          body: { error: expect.stringContaining("path") },
        });
      const sent = path.replaceAll("/", "%2F").replaceAll(".", "%2E");
      expect([400, 404]).toContain((await get("asked", `files/${sent}/raw`)).status);
    },
  );

  it.each(["*", ":(top)a", ":!b", ":/x", "?", "[ab]", "-a", "--output=x"])(
    "are no patterns and no options: %s",
    async (path) => {
      const sent = encodeURIComponent(path);
      expect((await get("asked", `commits?path=${sent}`)).body).toEqual([]);
      expect(await get("asked", `tree?path=${sent}`)).toMatchObject({ body: { message: "404 Tree Not Found" } });
      expect(await get("asked", `files/${sent}/raw`)).toMatchObject({ body: { message: "404 File Not Found" } });
      expect(await get("asked", `archive?path=${sent}`)).toMatchObject({ body: { message: "404 File Not Found" } });
    },
  );

  it("do not bring back a commit that was pushed away, though its objects are there", async () => {
    for (const sent of [abandoned, abandoned.slice(0, 8), abandoned.toUpperCase()]) {
      expect(await get("asked", `commits/${sent}`)).toMatchObject({
        status: 404,
        body: { message: "404 Commit Not Found" },
      });
      expect((await get("asked", `files/secret/raw?ref=${sent}`)).status).toBe(404);
      expect((await get("asked", `archive?sha=${sent}`)).status).toBe(404);
    }
    expect((await get("asked", `commits/${await repository.git("rev-parse", "main~1")}`)).status).toBe(200);
  });
});

describe("names that are pushed", () => {
  const NAMES = [
    "new\nline",
    "tab\t",
    'quote"',
    "it's",
    "back\\slash",
    "<script>",
    "名前 🦭",
    "-x",
    ":(top)",
    "*",
    " lead",
    "trail ",
  ];
  let repository: ImportedRepository;

  beforeAll(async () => {
    const bytes = Buffer.from([0x62, 0xff, 0xc3]);
    repository = await push(
      "pushed",
      new RepositoryScript()
        .commit("main", {
          author: 'Robert\'); DROP \\ & "x" <a"b@example.com>',
          at: "99999999999 +9999",
          message: Buffer.from([0x41, 0xff, 0x0a]),
          files: [...NAMES.map((name) => [name, name] as const), [bytes, "bytes"], ["deep/--/a..b", "deep"]],
        })
        .commit("main", { message: `${"x".repeat(300_000)}\n` })
        .ref("refs/heads/'\"$(id)`;|&<b>", "refs/heads/main")
        .ref("refs/heads/refs/tags/v9", "refs/heads/main")
        .tag("<i>", "refs/heads/main", "y".repeat(300_000)),
    );
  });
  afterAll(() => repository.remove());

  it("are listed, read and packed as they are", async () => {
    const listed = namesIn(await get("pushed", "tree?per_page=100"));
    expect(listed.toSorted()).toEqual([...NAMES, "b\uFFFD\uFFFD", "deep"].toSorted());
    for (const name of NAMES) {
      const sent = encodeURIComponent(name);
      const { body, headers } = await get("pushed", `files/${sent}/raw`);
      expect(body, name).toBe(name);
      expect(headers.get("content-disposition"), name).toMatch(/^attachment; filename[*=]/);
      expect((await get("pushed", `files/${sent}?ref=main`)).body.file_path).toBe(name);
      expect((await get("pushed", `commits?path=${sent}`)).body, name).toHaveLength(1);
    }
    expect((await get("pushed", "files/deep%2F--%2Fa..b/raw")).body).toBe("deep");
    expect((await get("pushed", "archive.zip")).status).toBe(200);
  });

  it("may be those of authors, and bytes that are no UTF-8, at any time", async () => {
    const { body } = await get("pushed", "commits/main");
    expect(body.message).toHaveLength(10 * 1024);
    const [, first] = (await get("pushed", "commits")).body;
    expect(first).toMatchObject({
      author_name: 'Robert\'); DROP \\ & "x"',
      message: "A\uFFFD\n",
      authored_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000[+-]\d\d:\d\d$/),
    });
    expect((await get("pushed", "tags/%3Ci%3E")).body.message).toHaveLength(10 * 1024);
  });

  it("may be those of branches, and none of them is taken for another", async () => {
    const name = "'\"$(id)`;|&<b>";
    expect((await get("pushed", `branches/${encodeURIComponent(name)}`)).body.name).toBe(name);
    expect((await get("pushed", `commits?ref_name=${encodeURIComponent(name)}`)).status).toBe(200);
    // There is a branch refs/tags/v9, and no tag v9.
    expect((await get("pushed", "branches/refs%2Ftags%2Fv9")).status).toBe(200);
    for (const call of ["tags/v9", "commits/v9", "commits/refs%2Ftags%2Fv9"])
      expect((await get("pushed", call)).status, call).toBe(404);
  });
});

describe("a large repository", () => {
  let repository: ImportedRepository;
  const FILES = 10_050;

  beforeAll(async () => {
    const files = Array.from({ length: FILES }, (_, index) => [`many/${String(index).padStart(5, "0")}`, ""] as const);
    const script = new RepositoryScript().commit("main", {
      files: [...files, ["zeros", Buffer.alloc(48 * 1024 * 1024)]],
    });
    for (let index = 0; index < 150; index += 1) script.ref(`refs/heads/b/${index}`, "refs/heads/main");
    repository = await push("large", script.ref("refs/tags/b", "refs/heads/main"));
  });
  afterAll(() => repository.remove());

  it("is counted up to 10,000 entries, and its pages go on", async () => {
    const first = await get("large", "tree?recursive=true&per_page=100");
    expect(first.headers.has("x-total")).toBe(false);
    expect(first.headers.get("x-next-page")).toBe("2");
    expect(first.body[1].path).toBe("many/00000");
    // The folder itself is an entry too, and so is the large file.
    const last = await get("large", "tree?recursive=true&per_page=100&page=101");
    expect(last.body).toHaveLength(FILES + 2 - 10_000);
    expect(last.headers.get("x-next-page")).toBe("");
    const exact = await get("large", "tree?path=many&per_page=50&page=200");
    expect(exact.body.at(-1).name).toBe("09999");
    expect(exact.headers.get("x-next-page")).toBe("201");
    expect((await get("large", "tree?path=many&per_page=100&page=2147483647")).body).toEqual([]);
  });

  it("has a branch's name that many others begin with", async () => {
    expect(await get("large", "branches/b")).toMatchObject({ status: 404 });
    expect((await get("large", "commits/b")).status).toBe(200);
    expect((await get("large", "branches?per_page=100&page=2")).headers.get("x-total")).toBe("151");
  });

  it("is not answered as JSON where a file is too large for that", async () => {
    const { status, body } = await get("large", "files/zeros?ref=main");
    expect(status).toBe(400);
    expect(body.message).toBe("the file has 50331648 bytes, and is answered as JSON up to 10 MiB: ask for it raw");
  });

  /** Asks for something, reads no more than the beginning of the answer, and goes on as told. */
  async function begin(path: string): Promise<Socket> {
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      `GET /api/v4/projects/olga%2Flarge/repository/${path} HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: ${owner.secret}\r\n\r\n`,
    );
    const [piece] = await once(socket, "data");
    socket.pause();
    expect(String(piece)).toMatch(/^HTTP\/1\.1 200 /);
    return socket;
  }

  const running = () => processesAt(service.container.config.git.directory);

  it.each(["files/zeros/raw", "archive", "archive.zip", "bundle"])(
    "ends git with its client, and gives the turn back: %s",
    async (path) => {
      const socket = await begin(path);
      socket.destroy();
      // There is one turn: this waits for it.
      expect((await get("large", "branches/main")).status).toBe(200);
      expect(await running()).toEqual([]);
    },
  );

  it("ends git when its client takes nothing any more", async () => {
    const socket = await begin("files/zeros/raw");
    expect((await get("large", "branches/main")).status).toBe(200);
    expect(await running()).toEqual([]);
    // What it got is less than was announced, and it is told so.
    socket.resume();
    await once(socket, "close");
    expect(socket.bytesRead).toBeLessThan(48 * 1024 * 1024);
  });

  it("is read to its end by who takes it", async () => {
    const { headers, body } = await get("large", "files/zeros/raw");
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(body).toHaveLength(48 * 1024 * 1024);
    expect(await running()).toEqual([]);
  });
});

describe("without git", () => {
  it("says so, to those alone who may read", async () => {
    const off = await startTestService({ environment: { KEYSIDE_GIT: "off" } });
    try {
      const somebody = await createUser(off, "olga");
      const stranger = await createUser(off, "sam");
      await createOwnProject(somebody, "app");
      for (const call of ["branches", "tree", "archive", "bundle", "files/a/raw"]) {
        const path = `/projects/olga%2Fapp/repository/${call}`;
        expect(await somebody.client.get(path)).toMatchObject({
          status: 503,
          body: { message: "Git is off in this process of Keyside: KEYSIDE_GIT says so" },
        });
        expect((await stranger.client.get(path)).status).toBe(404);
      }
    } finally {
      await off.stop();
    }
  });
});
