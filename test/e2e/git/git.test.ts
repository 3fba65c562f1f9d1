/** git itself. */
import { randomBytes } from "node:crypto";
import { cp, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commitFile, commitSomething, createRepository, git, gitOutput } from "../../support/git-client.ts";
import { type GitCredentials, type GitProject, type GitStage, withCredentials } from "../../support/git-stage.ts";
import { describeGitClient, type GitClientTest, type GitDriver } from "./git-client-contract.ts";

const SAYS = {
  // It asks for a name before it prints anything.
  nameless: /^fatal: could not read Username for 'http:.*': terminal prompts disabled$/m,
  wrongPassword: /^remote: the access token is not known\nfatal: Authentication failed for 'http:.*'$/m,
  revoked: /^remote: Token was revoked\..*\nfatal: Authentication failed for 'http:.*'$/m,
  missing:
    /^remote: The project you were looking for could not be found or you don't have permission to view it\.\nfatal: repository 'http:.*' not found$/m,
  mayNotPush:
    /^remote: To push to this project takes a token with the scope write_repository.*\nfatal: .* error: 403$/m,
  mayNotForce: /^remote: Keyside: You are not allowed to force push code to a protected branch on this project\. *$/m,
};

const run = async (directory: string, as: GitCredentials | undefined, ...args: readonly string[]) => {
  // In the URL, for whatever is asked of this server.
  const settings = as === undefined ? [] : ["-c", `url.http://${as.username}:${as.password}@.insteadOf=http://`];
  const { code, stderr } = await git(directory, [...settings, ...args]);
  return { ok: code === 0, output: stderr };
};

const driver: GitDriver = {
  clone: (url, directory, as) => run("/", as, "clone", url, directory),
  fetch: (directory, as) => run(directory, as, "fetch", "origin"),
  push: (directory, refspecs, as) => run(directory, as, "push", "origin", ...refspecs),
};

/** Big enough for git to send it in chunks, after a probe, and for the service to get it in many pieces. */
const BIG_BYTES = 50 * 1024 * 1024;

/** A project whose `main` is not changed by any test: each pushes to branches that are its own. */
interface History {
  readonly project: GitProject;
  /** With credentials. */
  readonly url: string;
  /** A work tree to copy, with `url` as its `origin`. */
  readonly work: string;
  /** One after the other; each gives the same file other content. */
  readonly commits: readonly string[];
}

async function pushHistory(stage: GitStage): Promise<History> {
  const project = await stage.createProject();
  const url = withCredentials(project.url, project.writer.credentials);
  const work = stage.path();
  await createRepository(work, url);
  const commits: string[] = [];
  for (const content of ["one", "two", "three"]) commits.push(await commitFile(work, "number.txt", content));
  await gitOutput(work, "push", "--quiet", "origin", "main");
  return { project, url, work, commits };
}

let history: History;

async function prepare(stage: GitStage): Promise<GitDriver> {
  history = await pushHistory(stage);
  return driver;
}

function ownRules(test: () => GitClientTest): void {
  async function clone(): Promise<string> {
    const copy = test().stage.path();
    await gitOutput("/", "clone", "--quiet", history.url, copy);
    return copy;
  }

  it("clones the last commit alone, pushes from such a clone, and fetches the others later", async () => {
    const { commits, project, url } = history;
    const copy = test().stage.path();
    await gitOutput("/", "clone", "--quiet", "--depth", "1", url, copy);
    expect(await gitOutput(copy, "rev-list", "HEAD")).toBe(commits.at(-1));
    const next = await commitSomething(copy);
    await gitOutput(copy, "push", "--quiet", "origin", "HEAD:shallow");
    expect(await project.refs()).toMatchObject({ "refs/heads/shallow": next });
    await gitOutput(copy, "fetch", "--quiet", "--deepen", "1");
    expect(await gitOutput(copy, "rev-list", "--count", "HEAD")).toBe("3");
    await gitOutput(copy, "fetch", "--quiet", "--unshallow");
    expect(await gitOutput(copy, "rev-list", "--reverse", "HEAD")).toBe([...commits, next].join("\n"));
  });

  it("clones without the contents of files, and fetches those that it then needs", async () => {
    const copy = test().stage.path();
    await gitOutput("/", "clone", "--quiet", "--no-checkout", "--filter", "blob:none", history.url, copy);
    const missing = async () =>
      (await gitOutput(copy, "rev-list", "--objects", "--missing=print", "origin/main")).match(/^\?/gm);
    expect(await missing()).toHaveLength(3);
    expect(await gitOutput(copy, "show", `${history.commits[1]}:number.txt`)).toBe("two");
    expect(await missing()).toHaveLength(2);
  });

  it("pushes 50 MiB in chunks, after a probe, and clones them", async () => {
    const { stage } = test();
    const project = await stage.createProject();
    const url = withCredentials(project.url, project.writer.credentials);
    const [work, copy, trace] = [stage.path(), stage.path(), stage.path()];
    await createRepository(work, url);
    await gitOutput(work, "config", "core.compression", "0");
    const commit = await commitFile(work, "big.bin", randomBytes(BIG_BYTES));
    expect(await git(work, ["push", "origin", "main"], tracing(trace))).toMatchObject({ code: 0 });
    const sent = await headersIn(trace);
    expect(sent).toEqual(expect.arrayContaining(["Content-Length: 4", "Transfer-Encoding: chunked"]));
    await gitOutput("/", "clone", "--quiet", url, copy);
    expect(await gitOutput(copy, "rev-parse", "HEAD")).toBe(commit);
    expect((await stat(join(copy, "big.bin"))).size).toBe(BIG_BYTES);
  });

  it.each(["0", "2"])("packs what it says of many commits, in version %s of the protocol", async (version) => {
    const { work, project } = history;
    const [copy, trace] = [await clone(), test().stage.path()];
    // Newer than all that the service has, so that git speaks of them first.
    const commits = Array.from({ length: 300 }, (_, index) => commitToImport(`refs/heads/own/${index}`));
    await git(copy, ["fast-import", "--quiet"], { input: commits.join("") });
    const branch = `packed-${version}`;
    const next = await gitOutput(work, "commit-tree", "-p", "main", "-m", branch, "main^{tree}");
    await gitOutput(work, "push", "--quiet", "origin", `${next}:refs/heads/${branch}`);
    const settings = ["-c", `protocol.version=${version}`];
    expect(await git(copy, [...settings, "fetch", "origin", branch], tracing(trace))).toMatchObject({ code: 0 });
    expect(await headersIn(trace)).toContain("Content-Encoding: gzip");
    expect(await gitOutput(copy, "rev-parse", "FETCH_HEAD")).toBe(next);
    expect(await project.refs()).not.toHaveProperty(["refs/heads/own/0"]);
  });

  it.each([
    ["0", /< # service=git-upload-pack$/m],
    ["1", /< version 1$/m],
    ["2", /< version 2$/m],
  ])("clones and pushes in version %s of the protocol", async (version, answered) => {
    const { url, project, commits } = history;
    const copy = test().stage.path();
    const settings = ["-c", `protocol.version=${version}`];
    const cloned = await git("/", [...settings, "clone", "--quiet", url, copy], { GIT_TRACE_PACKET: "1" });
    expect(cloned).toMatchObject({ code: 0, stderr: expect.stringMatching(answered) });
    await gitOutput(copy, ...settings, "push", "--quiet", "origin", `HEAD:version-${version}`);
    expect(await project.refs()).toMatchObject({ [`refs/heads/version-${version}`]: commits.at(-1) });
  });

  it("pushes a mirror of a foreign clone: branches, tags and notes arrive; what is hidden is refused, each alone", async () => {
    const { stage } = test();
    const project = await stage.createProject();
    const work = stage.path();
    await createRepository(work, withCredentials(project.url, project.writer.credentials));
    const commit = await commitSomething(work);
    const open = ["refs/heads/main", "refs/heads/topic", "refs/tags/v1", "refs/notes/commits"];
    const hidden = ["refs/pull/1/head", "refs/merge-requests/1/head"];
    const lines = [...open, ...hidden].map((ref) => `update ${ref} ${commit}\n`);
    await git(work, ["update-ref", "--stdin"], { input: lines.join("") });
    const { code, stderr } = await git(work, ["push", "--mirror", "origin"]);
    expect(code).toBe(1);
    expect(stderr.match(/\[remote rejected\] .*/g)).toEqual(
      hidden.toSorted().map((ref) => `[remote rejected] ${ref} -> ${ref} (deny updating a hidden ref)`),
    );
    expect(await project.refs()).toEqual(Object.fromEntries(["HEAD", ...open].map((ref) => [ref, commit])));
  });

  it("pushes the annotated tags of what it pushes, and fetches those of what it fetches", async () => {
    const { stage } = test();
    const [copy, work] = [await clone(), stage.path()];
    await cp(history.work, work, { recursive: true });
    await gitOutput(work, "tag", "--annotate", "--message", "The third", "v3");
    await gitOutput(work, "push", "--quiet", "--follow-tags", "origin", "main:tagged");
    await gitOutput(copy, "fetch", "--quiet");
    expect(await gitOutput(copy, "rev-parse", "refs/tags/v3^{commit}")).toBe(history.commits.at(-1));
    expect(await gitOutput(copy, "cat-file", "-t", "refs/tags/v3")).toBe("tag");
  });

  it("pushes nothing of what it pushes at once, when one branch may not be forced", async () => {
    const pushed = await git(history.work, ["push", "origin", "+main~1:main", "main:innocent"]);
    expect(pushed).toMatchObject({ code: 1, stderr: expect.stringMatching(SAYS.mayNotForce) });
    expect(pushed.stderr).toContain("! [remote rejected] main -> innocent (pre-receive hook declined)");
    const refs = await history.project.refs();
    expect(refs).toMatchObject({ "refs/heads/main": history.commits.at(-1) });
    expect(refs).not.toHaveProperty(["refs/heads/innocent"]);
  });

  it("is told that nobody deletes the default branch", async () => {
    const { code, stderr } = await git(history.work, ["push", "origin", ":main"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^remote: Keyside: The default branch of a project cannot be deleted\. *$/m);
    expect(await history.project.refs()).toMatchObject({ "refs/heads/main": history.commits.at(-1) });
  });

  it("is told to upgrade where it asks by the protocol without a service, and that there are no push options", async () => {
    const asked = await git(history.work, ["ls-remote", "origin"], { GIT_SMART_HTTP: "0" });
    expect(asked).toMatchObject({
      code: 128,
      stderr: expect.stringMatching(/^remote: .*upgrade Git.*\nfatal: .* error: 403$/m),
    });
    const pushed = await git(history.work, ["push", "--push-option", "ci.skip", "origin", "main:options"]);
    expect(pushed.stderr).toContain("fatal: the receiving end does not support push options");
    expect(await history.project.refs()).not.toHaveProperty(["refs/heads/options"]);
  });
}

/** For git fast-import: a commit without files or parents, of the year 2100. */
const commitToImport = (ref: string) =>
  `commit ${ref}\ncommitter G <g@example.com> 4102444800 +0000\ndata ${ref.length}\n${ref}\n`;

/** Lets git write down what it sends, without the bodies. */
const tracing = (path: string) => ({ GIT_TRACE_CURL: path, GIT_TRACE_CURL_NO_DATA: "1" });

/** The headers of all requests that git wrote down. */
async function headersIn(path: string): Promise<readonly string[]> {
  return (await readFile(path, "utf8")).match(/(?<==> Send header: )\S.*/g) ?? [];
}

await describeGitClient("git", { prepare, says: SAYS }, ownRules);
