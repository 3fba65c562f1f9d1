/** What somebody may try who means harm: with a token that may push, or with none. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { commitFile, git, gitOutput } from "../../support/git-client.ts";
import { EVENTUALLY, expectNothingLeft, processesAt } from "../../support/git-processes.ts";
import { type GitProject, gitProjects } from "../../support/git-project.ts";
import {
  basic,
  holdRequest,
  NO_OBJECT,
  packet,
  packOf,
  packOfEntries,
  pushBody,
  transferHeaders,
} from "../../support/git-protocol.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;

beforeAll(async () => {
  service = await startTestService();
  createProject = await gitProjects(service);
});
afterAll(() => service.stop());

const refsOf = ({ writerUrl }: GitProject) => gitOutput("/", "ls-remote", writerUrl);

async function push({ url, writer }: GitProject, body: Buffer): Promise<{ status: number; text: string }> {
  const headers = transferHeaders("receive-pack", writer.secret);
  const response = await fetch(`${url}/git-receive-pack`, { method: "POST", headers, body: Uint8Array.from(body) });
  return { status: response.status, text: await response.text() };
}

describe("a repository's directory", () => {
  it("is no link, wherever that leads", async () => {
    const [project, other] = [await createProject(), await createProject()];
    await other.pushedClone();
    await mkdir(join(project.directory, ".."), { recursive: true });
    await symlink(other.directory, project.directory);
    const secret = basic(project.writer.secret);
    for (const name of ["upload-pack", "receive-pack"]) {
      const answer = await fetch(`${project.url}/info/refs?service=git-${name}`, { headers: secret });
      expect(answer.status).toBe(503);
      expect(await answer.text()).not.toMatch(/\/tmp|refs\/heads/);
    }
    const clone = await project.clone();
    expect((await git(clone, ["push", "origin", "main"])).code).toBe(128);
    await rm(project.directory);
  });

  it("is found by its key alone, whatever a path says", async () => {
    const project = await createProject();
    await project.pushedClone();
    const key = project.directory.slice(-36);
    for (const path of [`${key.slice(0, 2)}/${key}`, `git/${key}`, `git/../${key}`, "trash/x.git", "git/empty.git"]) {
      const headers = basic(project.writer.secret);
      const answer = await fetch(`${service.url}/${path}/info/refs?service=git-upload-pack`, { headers });
      expect(answer.status).toBe(404);
    }
  });

  it("runs nothing of its own: neither its hooks nor its settings", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const mark = join(service.directory, `mark-${randomBytes(4).toString("hex")}`);
    await mkdir(join(project.directory, "hooks"), { recursive: true });
    for (const hook of ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"])
      await writeFile(join(project.directory, "hooks", hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    await writeFile(
      join(project.directory, "config"),
      `[core]\n\trepositoryformatversion = 0\n\tbare = true\n\thooksPath = ${project.directory}/hooks\n` +
        `\tfsmonitor = touch ${mark}\n[uploadpack]\n\tpackObjectsHook = touch ${mark}\n[receive]\n\tprocReceiveRefs = refs\n`,
    );
    await commitFile(clone, "more", "more");
    await git(clone, ["push", "origin", "main"]);
    await git(clone, ["fetch", "origin"]);
    expect(await readdir(service.directory)).not.toContain(mark.slice(service.directory.length + 1));
  });
});

describe("what a client says of the protocol", () => {
  it.each(["version=2;touch x", "version=2\tGIT_TRACE=1", "$(touch x)", "version=2:x=`id`", `a=${"1".repeat(200)}`])(
    "does not become a variable unless it follows the grammar: %j",
    async (protocol) => {
      const project = await createProject();
      await project.pushedClone();
      const headers = { ...basic(project.writer.secret), "git-protocol": protocol };
      const answer = await fetch(`${project.url}/info/refs?service=git-upload-pack`, { headers });
      expect(answer.status).toBe(200);
      // As to a client that says nothing.
      expect(await answer.text()).toMatch(/^001e# service=git-upload-pack\n0000.* HEAD\0/);
    },
  );

  it("gets what it asks for where it follows the grammar, and a push is never of version 2", async () => {
    const project = await createProject();
    await project.pushedClone();
    const headers = { ...basic(project.writer.secret), "git-protocol": "version=2" };
    const ask = async (name: string) =>
      await (await fetch(`${project.url}/info/refs?service=git-${name}`, { headers })).text();
    expect(await ask("upload-pack")).toMatch(/^000eversion 2\n/);
    expect(await ask("receive-pack")).toMatch(/^001f# service=git-receive-pack\n0000/);
  });

  it("is no push option", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const { code, stderr } = await git(clone, ["push", "-o", "ci.skip", "origin", "main"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/does not support push options/);
  });
});

describe("a tree that harms whoever checks it out", () => {
  async function blob(project: GitProject, content: string): Promise<{ clone: string; id: string }> {
    const clone = await project.clone();
    const { stdout } = await git(clone, ["hash-object", "-w", "--stdin"], { input: content });
    return { clone, id: stdout.trim() };
  }

  it.each([
    [".git", /hasDotgit/],
    [".GIT", /hasDotgit/],
    ["git~1", /hasDotgit/],
    ["..", /hasDotdot/],
  ])("is refused with an entry %s", async (name, problem) => {
    const project = await createProject();
    const { clone, id } = await blob(project, "x");
    const { stdout } = await git(clone, ["mktree"], { input: `100644 blob ${id}\t${name}\n` });
    const commit = await gitOutput(clone, "commit-tree", "-m", "harm", stdout.trim());
    const { code, stderr } = await git(clone, ["push", "origin", `${commit}:refs/heads/main`]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(problem);
    expect(await refsOf(project)).toBe("");
  });

  it("is refused with submodules that run a command", async () => {
    const project = await createProject();
    const clone = await project.clone();
    await commitFile(clone, ".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n');
    const { code, stderr } = await git(clone, ["push", "origin", "main"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/gitmodulesUrl/);
    expect(await refsOf(project)).toBe("");
  });
});

/** The header of an object in a pack: its kind and its length. @see git `Documentation/gitformat-pack.txt` */
function entryHeader(kind: number, length: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(length / 16);
  let byte = (kind << 4) | (length & 15);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}

/** A length in a delta. */
function deltaLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

const COMMIT = 1;
const TREE = 2;
const BLOB = 3;
const OFS_DELTA = 6;
const MIB = 1024 * 1024;
/** Somewhat more than git may take at once. */
const UNFOLDED = 545 * MIB;

describe("a pack that unfolds to more than the machine has", () => {
  const change = { ref: "refs/heads/main", from: NO_OBJECT, to: "1".repeat(40) };

  it.each([
    ["a commit", COMMIT],
    ["a tree", TREE],
  ])("is refused: %s of 545 MiB", async (_what, kind) => {
    const project = await createProject();
    const entry = Buffer.concat([entryHeader(kind, UNFOLDED), deflateSync(Buffer.alloc(MIB))]);
    const { text } = await push(project, pushBody([change], packOfEntries([entry]), " side-band-64k"));
    expect(text).toMatch(/attempting to allocate \d+ over limit/);
    expect(text).toMatch(/ng refs\/heads\/main/);
    await expectNothingLeft(project.directory);
    expect(await refsOf(project)).toBe("");
  });

  it("is refused: a delta of a few bytes that makes 545 MiB of one", async () => {
    const project = await createProject();
    const base = Buffer.alloc(MIB, "x");
    const whole = Buffer.concat([entryHeader(BLOB, base.length), deflateSync(base)]);
    // Copies 64 KiB of the base again and again. Each copy: all of size, none of offset.
    const copies = Buffer.alloc(UNFOLDED / 65_536, 0x80);
    const delta = Buffer.concat([Buffer.from([...deltaLength(base.length), ...deltaLength(UNFOLDED)]), copies]);
    const packed = deflateSync(delta);
    // The distance back to the base.
    const distance: number[] = [whole.length & 0x7f];
    for (let rest = (whole.length >> 7) - 1; rest >= 0; rest = (rest >> 7) - 1) distance.unshift((rest & 0x7f) | 0x80);
    const entry = Buffer.concat([entryHeader(OFS_DELTA, delta.length), Buffer.from(distance), packed]);
    const pack = packOfEntries([whole, entry]);
    expect(pack.length).toBeLessThan(20_000);
    const { text } = await push(project, pushBody([change], pack, " side-band-64k"));
    expect(text).toMatch(/attempting to allocate \d+ over limit/);
    await expectNothingLeft(project.directory);
    expect(await refsOf(project)).toBe("");
  });
});

describe("a push of more refs than one may change", () => {
  it("is refused as a whole, and its client is told how many there may be", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const to = await gitOutput(clone, "rev-parse", "HEAD");
    const changes = Array.from({ length: 20_001 }, (_, index) => ({ ref: `refs/tags/${index}`, from: NO_OBJECT, to }));
    const body = pushBody(changes, await packOf(clone, to), " side-band-64k");
    const { text } = await push(project, body);
    expect(text).toMatch(/Keyside: one push changes at most 20,000 branches and tags/);
    expect(text).not.toMatch(/ok refs\/tags\/1\n/);
    expect(await refsOf(project)).toBe("");
    expect(await project.events()).toEqual([]);
  });
});

describe("a thousand connections", () => {
  it("that say nothing, or not all, keep nobody from their work", async () => {
    const project = await createProject({ visibility: "public" });
    await project.pushedClone();
    const { port } = new URL(service.url);
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const beginnings = [
      "",
      "POST /git/x.git/git-upload-pack HTTP/1.1\r\nHost: x\r\n",
      `GET /${project.path}.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\nGit-Protocol: `,
      "POST /git/x.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n0000",
    ];
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => {
        const socket = connect({ host: "127.0.0.1", port: Number(port) });
        socket.on("error", () => undefined);
        socket.resume();
        sockets.push(socket);
        return new Promise<void>((resolve) => {
          socket.once("close", resolve);
          socket.once("connect", () => socket.write(beginnings[index % 4] ?? "", () => resolve()));
        });
      }),
    );
    expect(await refsOf(project)).toContain("refs/heads/main");
    expect((await service.root.get("/version")).status).toBe(200);
    expect(service.container.gitTurns.running).toBe(0);
  });

  it("of one network that begin a fetch of what is public take no more than its turns", async () => {
    const project = await createProject({ visibility: "public" });
    await project.pushedClone();
    const headers = transferHeaders("upload-pack");
    const held = Array.from({ length: 60 }, () => holdRequest(`${project.url}/git-upload-pack`, headers));
    onTestFinished(() => {
      for (const request of held) request.breakOff();
    });
    for (const request of held) await request.send(packet(`want ${"1".repeat(40)}\n`).slice(0, 20));
    await expect.poll(() => service.container.gitTurns.running, EVENTUALLY).toBe(4);
    // Somebody with a token has turns of their own.
    const other = await createProject();
    await other.pushedClone();
    expect(await refsOf(other)).toContain("refs/heads/main");
    expect(service.container.gitTurns.running).toBe(4);
  });

  it("of which some hang up while they wait for a turn take none", async () => {
    const project = await createProject({ visibility: "public" });
    const url = `${project.url}/git-upload-pack`;
    const held = Array.from({ length: 4 }, () => holdRequest(url, transferHeaders("upload-pack")));
    for (const request of held) await request.send("00");
    await expect.poll(() => service.container.gitTurns.running, EVENTUALLY).toBe(4);
    const waiting = holdRequest(url, transferHeaders("upload-pack"));
    await waiting.send("00");
    waiting.breakOff();
    for (const request of held) request.breakOff();
    await expect.poll(() => service.container.gitTurns.running, EVENTUALLY).toBe(0);
    expect(await processesAt(service.container.config.git.directory)).toEqual([]);
  });
});
