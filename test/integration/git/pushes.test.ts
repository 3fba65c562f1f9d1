/** What pushes change, are refused for, and are recorded as, by the real git. */
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { HOOKS_DIRECTORY } from "../../../src/git-repositories/git-services.ts";
import { settlePush, settlePushes } from "../../../src/git-repositories/settle-pushes.ts";
import { sweepRepositories } from "../../../src/git-repositories/sweep-repositories.ts";
import { failOn } from "../../support/failing-table.ts";
import { commitFile, commitSomething, git, gitOutput } from "../../support/git-client.ts";
import { type GitProject, gitProjects, withToken } from "../../support/git-project.ts";
import { holdRequest, NO_OBJECT, packOf, pushBody, transferHeaders } from "../../support/git-protocol.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { addProjectMember, createProjectAccessToken, createUser, type User } from "../../support/world.ts";

let service: TestService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;

beforeAll(async () => {
  const environment = { KEYSIDE_GIT_MAX_PUSH_MIB: "2", KEYSIDE_GIT_MAX_REPOSITORY_MIB: "1" };
  service = await startTestService({ environment });
  createProject = await gitProjects(service);
});
afterAll(() => service.stop());

/** The refs of a project's repository, each with its object. */
async function refsOf({ writerUrl }: GitProject): Promise<Record<string, string>> {
  const lines = (await gitOutput("/", "ls-remote", writerUrl)).split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split("\t").reverse()));
}

const defaultBranchOf = async ({ id }: GitProject) => (await service.root.get(`/projects/${id}`)).body.default_branch;
const headOf = async ({ directory }: GitProject) => (await readFile(join(directory, "HEAD"), "utf8")).trim();

/** The rows of a project's pushes: what they changed, and whether that is recorded. */
async function rowsOf({ id }: GitProject): Promise<{ isOpen: boolean; refs: string[] }[]> {
  const statement = "select recorded_at, updates from git_pushes where project_id = ? order by id";
  const rows = await service.container.database
    .em()
    .execute<{ recorded_at: unknown; updates: { ref: string }[] }[]>(statement, [id]);
  return rows.map(({ recorded_at, updates }) => ({
    isOpen: recorded_at === null,
    refs: updates.map(({ ref }) => ref),
  }));
}

describe("the default branch", () => {
  it.each([
    [["main"], "main"],
    [["alpha", "main", "master"], "main"],
    [["alpha", "master"], "master"],
    [["beta"], "beta"],
  ])("of a first push of %s becomes %s, and HEAD follows", async (branches, expected) => {
    const project = await createProject();
    const clone = await project.clone();
    expect(await defaultBranchOf(project)).toBeNull();
    await gitOutput(clone, "push", "--quiet", "origin", ...branches.map((name) => `main:${name}`));
    expect(await defaultBranchOf(project)).toBe(expected);
    expect(await headOf(project)).toBe(`ref: refs/heads/${expected}`);
    const other = join(service.directory, "clones", randomBytes(6).toString("hex"));
    await gitOutput("/", "clone", "--quiet", project.writerUrl, other);
    expect(await gitOutput(other, "symbolic-ref", "--short", "HEAD")).toBe(expected);
    expect(await readdir(other)).toHaveLength(2);
  });

  it("is none after a push of tags alone, and the next push's then", async () => {
    const project = await createProject();
    const clone = await project.clone();
    await gitOutput(clone, "push", "--quiet", "origin", "main:refs/tags/v1");
    expect(await defaultBranchOf(project)).toBeNull();
    await gitOutput(clone, "push", "--quiet", "origin", "main:trunk");
    expect(await defaultBranchOf(project)).toBe("trunk");
    expect(await headOf(project)).toBe("ref: refs/heads/trunk");
  });

  it("is protected from a first push by a Developer, who may push a tag", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const developer = await createProjectAccessToken(service, project.id, {
      scopes: ["write_repository"],
      access_level: 30,
    });
    const url = withToken(project.url, developer.secret);
    expect((await git(clone, ["push", url, "main:refs/tags/v1"])).code).toBe(0);
    const refused = await git(clone, ["push", url, "main:feature"]);
    expect(refused.stderr).toMatch(/remote: Keyside: You are not allowed to push code to protected branches/);
    await gitOutput(clone, "push", "--quiet", "origin", "main");
    expect((await git(clone, ["push", url, "main:feature"])).code).toBe(0);
    expect(Object.keys(await refsOf(project)).sort()).toEqual([
      "HEAD",
      "refs/heads/feature",
      "refs/heads/main",
      "refs/tags/v1",
    ]);
  });
});

describe("a branch with a name that git's commands would take for something else", () => {
  it.each(["-x", "HEAD", "0123456789".repeat(4), "0123456789abcdef".repeat(4)])(
    "cannot be pushed, nor what comes with it: %s",
    async (name) => {
      const project = await createProject();
      const clone = await project.clone();
      const { code, stderr } = await git(clone, ["push", "origin", `main:refs/heads/${name}`, "main:refs/heads/fine"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/remote: Keyside: .*a branch/);
      expect(await refsOf(project)).toEqual({});
      expect(await project.events()).toEqual([]);
    },
  );
});

describe("the events of a push", () => {
  it("tell its commits, from where to where, and the last one's title", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const from = await gitOutput(clone, "rev-parse", "HEAD");
    await commitSomething(clone);
    const to = await commitFile(clone, "x".repeat(80), "");
    await gitOutput(clone, "push", "--quiet", "origin", "main");
    const [created, pushed, ...more] = await project.events();
    expect(more).toEqual([]);
    expect(created).toMatchObject({
      action_name: "pushed new",
      author_id: project.writer.userId,
      push_data: {
        action: "created",
        ref_type: "branch",
        ref: "main",
        commit_count: 1,
        commit_from: null,
        commit_to: from,
      },
    });
    expect(pushed).toMatchObject({
      action_name: "pushed to",
      push_data: { action: "pushed", commit_count: 2, commit_from: from, commit_to: to, ref_count: null },
    });
    expect(pushed?.push_data["commit_title"]).toBe(`Add ${"x".repeat(65)}…`);
  });

  it("are one a ref up to three of a kind, and one for all of more", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const names = (kind: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${kind}/${kind}-${index}`);
    const all = [...names("refs/heads", 5), ...names("refs/tags", 3)].map((name) => name.replace("/refs/", "/"));
    await gitOutput(
      clone,
      "push",
      "--quiet",
      "origin",
      ...all.map((name) => `main:${name}`),
      "main:refs/notes/commits",
    );
    const created = (await project.events()).slice(1).map(({ push_data }) => push_data);
    expect(created).toHaveLength(4);
    expect(created).toContainEqual(
      expect.objectContaining({ action: "created", ref_type: "branch", ref: null, ref_count: 5, commit_to: null }),
    );
    expect(created.filter(({ ref_type }) => ref_type === "tag").map(({ ref_count }) => ref_count)).toEqual([
      null,
      null,
      null,
    ]);
    await gitOutput(clone, "push", "--quiet", "origin", ...all.map((name) => `:${name}`));
    const removed = (await project.events()).slice(5).map(({ push_data }) => push_data);
    expect(removed.map(({ action }) => action)).toEqual(["removed", "removed", "removed", "removed"]);
    expect(removed).toContainEqual(expect.objectContaining({ ref_type: "branch", ref_count: 5 }));
  });

  it("are of what git did: not of a ref that it refused by itself", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const { code, stderr } = await git(clone, ["push", "origin", "main", "main:refs/pull/1/head"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/refs\/pull\/1\/head|deny updating a hidden ref/);
    expect((await project.events()).map(({ push_data }) => push_data["ref"])).toEqual(["main"]);
    expect(await rowsOf(project)).toEqual([{ isOpen: false, refs: ["refs/heads/main"] }]);
  });

  it("are there for a commit whose title is longer than anybody reads", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const message = join(clone, ".git", "message");
    await writeFile(message, `Title ${"x".repeat(9 * 1024 * 1024)}`);
    await gitOutput(clone, "-c", "core.compression=9", "commit", "--quiet", "--allow-empty", "--file", message);
    const { code, stderr } = await git(clone, ["push", "origin", "main"]);
    expect(stderr).not.toMatch(/recorded later/);
    expect(code).toBe(0);
    const [, pushed] = await project.events();
    expect(pushed?.push_data["commit_title"]).toMatch(/^Title x{63}…$/);
  });
});

describe("a push that is too large", () => {
  it("is refused by its pack, and the client prints why", async () => {
    const project = await createProject();
    const clone = await project.clone();
    await commitFile(clone, "large", randomBytes(4 * 1024 * 1024));
    const { code, stderr } = await git(clone, ["push", "origin", "main"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/pack exceeds maximum allowed size/);
    expect(stderr).not.toMatch(/curl|RPC failed/);
    expect(await refsOf(project)).toEqual({});
    expect(await project.events()).toEqual([]);
    expect((await readdir(join(project.directory, "objects"))).sort()).toEqual(["info", "pack"]);
  });

  it("is refused by the size of the repository, and a deletion is not", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    await commitFile(clone, "large", randomBytes(1.5 * 1024 * 1024));
    await gitOutput(clone, "push", "--quiet", "origin", "main", "main:feature");
    await commitSomething(clone);
    const { code, stderr } = await git(clone, ["push", "origin", "main"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/remote: Keyside: this repository has 1 MiB, and may have 1: nothing but deletions/);
    expect((await git(clone, ["push", "origin", ":feature"])).code).toBe(0);
    expect(Object.keys(await refsOf(project))).toEqual(["HEAD", "refs/heads/main"]);
  });
});

/** Pushes one new commit to a branch as two requests: all but its end, and that. */
async function holdPush(
  project: GitProject,
  clone: string,
  { ref = "refs/heads/main", from = NO_OBJECT, secret = project.writer.secret } = {},
) {
  const to = await gitOutput(clone, "rev-parse", "HEAD");
  const body = pushBody([{ ref, from, to }], await packOf(clone, to, ...(from === NO_OBJECT ? [] : [`^${from}`])));
  const held = holdRequest(`${project.url}/git-receive-pack`, transferHeaders("receive-pack", secret));
  await held.send(body.subarray(0, body.length - 10));
  return {
    to,
    /** Waits until git has begun to take it. */
    async isTaken() {
      const objects = join(project.directory, "objects");
      const quarantines = async () =>
        (await readdir(objects).catch(() => [])).filter((name) => name.startsWith("tmp_objdir"));
      await expect.poll(quarantines, { timeout: 60_000 }).not.toEqual([]);
    },
    async finish(): Promise<string> {
      held.finish(body.subarray(body.length - 10));
      const { status, text } = await held.answer;
      expect(status).toBe(200);
      return await text;
    },
  };
}

describe("a push that takes its time", () => {
  it("is as any other when nothing happens meanwhile", async () => {
    const project = await createProject();
    const push = await holdPush(project, await project.clone());
    await push.isTaken();
    expect(await push.finish()).toMatch(/unpack ok\n.*ok refs\/heads\/main/);
    expect(await refsOf(project)).toMatchObject({ "refs/heads/main": push.to });
  });

  it("is refused when its token is revoked before its end, or its user may no more, and nothing has changed", async () => {
    const project = await createProject();
    const losses = {
      token: async ({ client }: User) => client.delete("/personal_access_tokens/self"),
      membership: ({ id }: User) => service.root.delete(`/projects/${project.id}/members/${id}`),
    };
    for (const [name, lose] of Object.entries(losses)) {
      const user = await createUser(service, `loses-${name}`);
      await addProjectMember(service, project.id, user.id, 40);
      const push = await holdPush(project, await project.clone(), { secret: user.secret });
      await push.isTaken();
      expect((await lose(user)).status).toBe(204);
      expect(await push.finish()).toMatch(/ng refs\/heads\/main pre-receive hook declined/);
      expect(await refsOf(project)).toEqual({});
      expect(await rowsOf(project)).toEqual([]);
      expect((await readdir(join(project.directory, "objects"))).sort()).toEqual(["info", "pack"]);
    }
  });

  it("tells a client with a side band that the token was revoked", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const to = await gitOutput(clone, "rev-parse", "HEAD");
    const change = { ref: "refs/heads/main", from: NO_OBJECT, to };
    const body = pushBody([change], await packOf(clone, to), " side-band-64k");
    const held = holdRequest(`${project.url}/git-receive-pack`, transferHeaders("receive-pack", project.writer.secret));
    await held.send(body.subarray(0, body.length - 10));
    await service.root.delete(`/projects/${project.id}/access_tokens/${project.writer.id}`);
    held.finish(body.subarray(body.length - 10));
    expect(await (await held.answer).text).toMatch(/Keyside: Token was revoked\. You have to re-authorize/);
    expect(service.logLines.filter((line) => line.includes("could not be answered"))).toEqual([]);
  });

  it("is refused when the project is deleted before its end", async () => {
    const project = await createProject();
    const push = await holdPush(project, await project.clone());
    await push.isTaken();
    await service.root.delete(`/projects/${project.id}`);
    expect(await push.finish()).not.toMatch(/^.*ok refs\/heads\/main/m);
  });
});

describe("two pushes at once", () => {
  it("to one ref: one wins, the other is told, and one is recorded", async () => {
    const project = await createProject();
    const one = await project.pushedClone();
    const base = await gitOutput(one, "rev-parse", "HEAD");
    const other = join(service.directory, "clones", randomBytes(6).toString("hex"));
    await gitOutput("/", "clone", "--quiet", project.writerUrl, other);
    const pushes = [];
    for (const clone of [one, other]) {
      await commitSomething(clone);
      pushes.push(await holdPush(project, clone, { from: base }));
    }
    const answers = await Promise.all(pushes.map((push) => push.finish()));
    const winners = pushes.filter((_push, index) => /ok refs\/heads\/main/.test(answers[index] ?? ""));
    expect(winners).toHaveLength(1);
    expect(answers.filter((answer) => /ng refs\/heads\/main/.test(answer))).toHaveLength(1);
    expect(await refsOf(project)).toMatchObject({ "refs/heads/main": winners[0]?.to });
    const [, ...pushed] = await project.events();
    expect(pushed.map(({ push_data }) => push_data["commit_to"])).toEqual([winners[0]?.to]);
    const rows = await rowsOf(project);
    expect(rows.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(rows.flatMap(({ refs }) => refs)).toEqual(["refs/heads/main", "refs/heads/main"]);
  });

  it("to a project without a repository make one, with all that was pushed", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const branches = ["one", "two", "three", "main"];
    const ends = await Promise.all(branches.map((name) => git(clone, ["push", "origin", `main:${name}`])));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(Object.keys(await refsOf(project)).sort()).toEqual([
      "HEAD",
      ...branches.map((name) => `refs/heads/${name}`).sort(),
    ]);
    expect(await readdir(join(project.directory, ".."))).toContain(`${project.directory.slice(-36)}`);
    expect((await readdir(join(project.directory, ".."))).filter((name) => !name.endsWith(".git"))).toEqual([]);
    const branch = await defaultBranchOf(project);
    expect(branches).toContain(branch);
    expect(await headOf(project)).toBe(`ref: refs/heads/${branch}`);
    expect((await project.events()).map(({ push_data }) => push_data["ref"]).sort()).toEqual([...branches].sort());
  });
});

describe("a push while the database fails", () => {
  it("is refused before anything has changed", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const mend = await failOn(service, "insert", "git_pushes");
    onTestFinished(mend);
    const { code, stderr } = await git(clone, ["push", "origin", "main"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/remote: Keyside: the push could not be checked, and is refused; try again shortly\./);
    expect(stderr).not.toMatch(/injected/);
    expect(await refsOf(project)).toEqual({});
  });

  it("is done, and recorded later and once, when it fails after git's work", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const mend = await failOn(service, "insert", "events");
    const { code, stderr } = await git(clone, ["push", "origin", "main"]).finally(mend);
    expect(code).toBe(0);
    expect(stderr).toMatch(/remote: Keyside: the push is done; it will be recorded later\./);
    expect(Object.keys(await refsOf(project))).toContain("refs/heads/main");
    expect(await project.events()).toEqual([]);
    // Not as long as it could still be under way.
    await settlePushes(service.container);
    expect(await project.events()).toEqual([]);
    passTime();
    await settlePushes(service.container);
    await settlePushes(service.container);
    expect((await project.events()).map(({ push_data }) => push_data["ref"])).toEqual(["main"]);
    expect(await defaultBranchOf(project)).toBe("main");
    expect(await headOf(project)).toBe("ref: refs/heads/main");
  });
});

/** Lets so much time pass that no push can be under way any more. */
function passTime(): void {
  service.clock.advance({ seconds: 2 * service.container.config.git.timeoutSeconds + 1 });
}

/** Writes a row as pre-receive does, of a push of which nothing came afterwards. */
async function openRow(
  project: GitProject,
  updates: readonly { ref: string; from: string; to: string }[],
): Promise<number> {
  const [row] = await service.container.database
    .em()
    .execute<{ id: number }[]>(
      `insert into git_pushes (project_id, user_id, token_id, begun_at, updates) values (?, ?, ?, ?, ?::jsonb) returning id`,
      [project.id, project.writer.userId, project.writer.id, service.clock.now(), JSON.stringify(updates)],
    );
  return row?.id ?? 0;
}

describe("the settling of pushes", () => {
  it("invents nothing of a push that changed nothing", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const to = await commitSomething(clone);
    const from = await gitOutput(clone, "rev-parse", "HEAD^");
    await openRow(project, [
      { ref: "refs/heads/main", from, to },
      { ref: "refs/heads/gone", from: NO_OBJECT, to },
    ]);
    passTime();
    await settlePushes(service.container);
    expect(await project.events()).toHaveLength(1);
    expect((await rowsOf(project)).at(-1)).toEqual({ isOpen: false, refs: [] });
  });

  it("tells what happened of a push that was cut off half-way: also what a later push has led on from", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const [first, second] = [await commitSomething(clone), await commitSomething(clone)];
    await gitOutput(clone, "push", "--quiet", "origin", "main", `${first}:refs/heads/feature`);
    // As if the push of `first` to main had come before, and nobody had heard of it.
    await service.container.database
      .em()
      .execute("update git_pushes set id = id + 1000 where project_id = ?", [project.id]);
    const from = await gitOutput(clone, "rev-parse", `${first}^`);
    await openRow(project, [
      { ref: "refs/heads/main", from, to: from },
      { ref: "refs/heads/feature", from: NO_OBJECT, to: first },
      { ref: "refs/heads/never", from: NO_OBJECT, to: second },
    ]);
    passTime();
    await settlePushes(service.container);
    const [settled] = await rowsOf(project);
    expect(settled).toEqual({ isOpen: false, refs: ["refs/heads/main", "refs/heads/feature"] });
  });

  it("records a push once, however many do it at once", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    const to = await gitOutput(clone, "rev-parse", "HEAD");
    const id = await openRow(project, [{ ref: "refs/heads/main", from: NO_OBJECT, to }]);
    const { directory } = project;
    await Promise.all([1, 2, 3, 4].map(() => settlePush(service.container, { id, directory })));
    expect(await project.events()).toHaveLength(2);
  });

  it("is not kept from other pushes by one that cannot be settled", async () => {
    const [broken, whole] = [await createProject(), await createProject()];
    const to = await gitOutput(await broken.pushedClone(), "rev-parse", "HEAD");
    await whole.pushedClone();
    await openRow(broken, [{ ref: "refs/heads/main", from: NO_OBJECT, to }]);
    await openRow(whole, [{ ref: "refs/heads/x", from: NO_OBJECT, to }]);
    await rm(join(broken.directory, "HEAD"));
    passTime();
    await expect(settlePushes(service.container)).rejects.toThrow("1 pushes could not be settled");
    expect((await rowsOf(whole)).at(-1)).toEqual({ isOpen: false, refs: [] });
    expect((await rowsOf(broken)).at(-1)?.isOpen).toBe(true);
    await service.root.delete(`/projects/${broken.id}`);
  });

  it("forgets pushes that were recorded a week ago, and keeps their events", async () => {
    const project = await createProject();
    await project.pushedClone();
    service.clock.advance({ days: 6 });
    await settlePushes(service.container);
    expect(await rowsOf(project)).toHaveLength(1);
    service.clock.advance({ days: 1, seconds: 1 });
    await settlePushes(service.container);
    expect(await rowsOf(project)).toEqual([]);
    expect(await project.events()).toHaveLength(1);
  });
});

describe("the repository of a deleted project", () => {
  const trash = () => readdir(join(service.container.config.git.directory, "trash")).catch((): string[] => []);

  it("goes to the trash once the deletion is committed, and for good after a week", async () => {
    const project = await createProject();
    await project.pushedClone();
    const before = await trash();
    await service.root.delete(`/projects/${project.id}`);
    await expect.poll(async () => (await trash()).length, { timeout: 60_000 }).toBe(before.length + 1);
    await expect(readdir(project.directory)).rejects.toThrow("ENOENT");
    const [moved = ""] = (await trash()).filter((name) => !before.includes(name));
    expect(await readdir(join(service.container.config.git.directory, "trash", moved))).toContain("HEAD");
    service.clock.advance({ days: 7 });
    await sweepRepositories(service.container);
    expect(await trash()).toContain(moved);
    service.clock.advance({ seconds: 1 });
    await sweepRepositories(service.container);
    expect(await trash()).not.toContain(moved);
  });

  it("stays where the deletion is not committed", async () => {
    const project = await createProject();
    await project.pushedClone();
    const before = await trash();
    const mend = await failOn(service, "delete", "projects");
    expect((await service.root.delete(`/projects/${project.id}`)).status).toBe(500);
    await mend();
    expect(await trash()).toEqual(before);
    expect(Object.keys(await refsOf(project))).toContain("refs/heads/main");
  });

  it("is not found by a new project at the same path", async () => {
    const project = await createProject();
    await project.pushedClone();
    const [group = "", path = ""] = project.path.split("/");
    await service.root.delete(`/projects/${project.id}`);
    await service.root.delete(`/deleted_paths/${encodeURIComponent(project.path)}`);
    const namespace_id = (await service.root.get(`/groups/${group}`)).body.id;
    const { status, body } = await service.root.post("/projects", { path, namespace_id });
    expect(status).toBe(201);
    const reader = await createProjectAccessToken(service, body.id, { scopes: ["read_repository"] });
    expect(await gitOutput("/", "ls-remote", withToken(project.url, reader.secret))).toBe("");
  });
});

describe("the chore that tidies up", () => {
  it("moves what belongs to no project to the trash, once it is a day old", async () => {
    const { directory } = service.container.config.git;
    const project = await createProject();
    await project.pushedClone();
    const now = service.clock.now().getTime() / 1000;
    const names = [`aa/${"a".repeat(32)}.git`, `aa/${"b".repeat(32)}.git`, `aa/${"c".repeat(32)}.git.0011`];
    for (const name of names) await mkdir(join(directory, name), { recursive: true });
    const [young = "", old = "", halfMade = ""] = names.map((name) => join(directory, name));
    await utimes(young, now, now - 86_400 + 60);
    for (const path of [old, halfMade, project.directory]) await utimes(path, now, now - 86_400 - 60);
    await sweepRepositories(service.container);
    const left = await readdir(join(directory, "aa"));
    expect(left).toContain(young.slice(-36));
    expect(left.filter((name) => /b{32}|c{32}/.test(name))).toEqual([]);
    expect(Object.keys(await refsOf(project))).toContain("refs/heads/main");
  });

  it("removes what a killed git left of a push, once no push can last so long", async () => {
    const project = await createProject();
    await project.pushedClone();
    const now = service.clock.now().getTime() / 1000;
    const limit = 2 * service.container.config.git.timeoutSeconds;
    const [young, old] = ["young1", "old123"].map((name) =>
      join(project.directory, "objects", `tmp_objdir-incoming-${name}`),
    );
    for (const path of [young, old]) await mkdir(join(path ?? "", "pack"), { recursive: true });
    await utimes(young ?? "", now, now - limit + 60);
    await utimes(old ?? "", now, now - limit - 60);
    await sweepRepositories(service.container);
    expect((await readdir(join(project.directory, "objects"))).sort()).toEqual([
      "info",
      "pack",
      "tmp_objdir-incoming-young1",
    ]);
  });
});

describe("the maintenance", () => {
  it("makes one pack of more than fifty after the push, and no event is lost or new", async () => {
    const project = await createProject();
    const clone = await project.pushedClone();
    for (let index = 0; index < 50; index += 1) {
      await gitOutput(clone, "commit", "--quiet", "--allow-empty", "--message", `Number ${index}`);
      const prefix = join(project.directory, "objects/pack/pack");
      const { code } = await git(clone, ["pack-objects", "--quiet", "--revs", prefix], { input: "HEAD\n^HEAD^\n" });
      expect(code).toBe(0);
    }
    const packs = async () =>
      (await readdir(join(project.directory, "objects/pack"))).filter((name) => name.endsWith(".pack"));
    expect(await packs()).toHaveLength(51);
    await gitOutput(clone, "push", "--quiet", "origin", "main");
    await service.container.repositoryMaintenance.done();
    await expect.poll(packs, { timeout: 60_000 }).toHaveLength(1);
    expect((await project.events()).map(({ push_data }) => push_data["commit_count"])).toEqual([1, 50]);
    expect(await refsOf(project)).toMatchObject({ "refs/heads/main": await gitOutput(clone, "rev-parse", "HEAD") });
    await commitSomething(clone);
    await gitOutput(clone, "push", "--quiet", "origin", "main");
    expect(await project.events()).toHaveLength(3);
  });
});

describe("a hook that cannot be run", () => {
  it.each(["pre-receive", "post-receive"])(
    "lets no push begin, says what to do, and leaves fetches alone: %s",
    async (hook) => {
      const hooksDirectory = await scratchDirectory();
      await cp(HOOKS_DIRECTORY, hooksDirectory, { recursive: true });
      const other = await startTestService({ hooksDirectory });
      onTestFinished(() => other.stop());
      const project = await (await gitProjects(other))();
      const clone = await project.pushedClone();
      await commitSomething(clone);
      await chmod(join(hooksDirectory, hook), 0o644);
      const { code, stderr } = await git(clone, ["push", "origin", "main"]);
      expect(code).toBe(128);
      expect(stderr).toMatch(/remote: Pushes are refused, since Git's hook \S+ cannot be run .*: make \S+ executable/);
      expect(stderr).toContain(join(hooksDirectory, hook));
      expect((await git(clone, ["fetch", "origin"])).code).toBe(0);
      expect(await project.events()).toHaveLength(1);
      await chmod(join(hooksDirectory, hook), 0o755);
      expect((await git(clone, ["push", "origin", "main"])).code).toBe(0);
      expect(await project.events()).toHaveLength(2);
    },
  );
});
