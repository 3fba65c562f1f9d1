/**
 * What every client of Git must be able to do over HTTP, and what it must be refused: the same rules for each, so that none is
 * forgotten. The file of a client says how it is run, what it then tells a person, and its own rules.
 */
import { cp } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitSomething, createRepository, GIT_ENVIRONMENT, gitOutput } from "../../support/git-client.ts";
import { type GitCredentials, type GitProject, type GitStage, openGitStage } from "../../support/git-stage.ts";
import { findCommand, type Requirement } from "../../support/requirements.ts";
import { runToEnd } from "../../support/running-command.ts";
import { createProjectAccessToken } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

/** How an operation ended, and all that the client said. */
export interface GitAnswer {
  readonly ok: boolean;
  readonly output: string;
}

/** One client, ready to be run; anonymous without credentials. */
export interface GitDriver {
  clone(url: string, directory: string, as: GitCredentials | undefined): Promise<GitAnswer>;
  /** From the remote `origin`. */
  fetch(directory: string, as: GitCredentials | undefined): Promise<GitAnswer>;
  /** To the remote `origin`; the refspecs are git's, with full names: `+a:b` forces, `:b` deletes. */
  push(directory: string, refspecs: readonly string[], as: GitCredentials | undefined): Promise<GitAnswer>;
}

/** What the client tells a person. */
export interface GitSayings {
  /** Of a project without a commit; `undefined` where the clone of it is an empty directory. */
  readonly empty?: RegExp;
  readonly nameless: RegExp;
  readonly wrongPassword: RegExp;
  readonly revoked: RegExp;
  readonly missing: RegExp;
  readonly mayNotPush: RegExp;
  readonly mayNotForce: RegExp;
}

/** A program that does what its arguments say, as `dulwich_client.py` does; its credentials come by the environment. */
export function driveProgram(...command: readonly string[]): GitDriver {
  const run = async (args: readonly string[], as: GitCredentials | undefined): Promise<GitAnswer> => {
    const secrets = as && { GIT_USERNAME: as.username, GIT_PASSWORD: as.password };
    const environment = { ...GIT_ENVIRONMENT, ...secrets };
    const { code, stdout, stderr } = await runToEnd([...command, ...args], { environment });
    return { ok: code === 0, output: stderr + stdout };
  };
  return {
    clone: (url, directory, as) => run(["clone", url, directory], as),
    fetch: (directory, as) => run(["fetch", directory], as),
    push: (directory, refspecs, as) => run(["push", directory, ...refspecs], as),
  };
}

/** What the rules of one client are written with; there while a test runs. */
export interface GitClientTest {
  readonly stage: GitStage;
  readonly client: GitDriver;
  /** A private project and a public one with the commit `first` on `main`: no test changes them. */
  readonly closed: PushedProject;
  readonly open: PushedProject;
}

interface PushedProject {
  readonly project: GitProject;
  /** A token that reads. */
  readonly reader: GitCredentials;
  /** The work tree that it was pushed from, whose `main` is one commit ahead of the project's. */
  readonly work: string;
  readonly first: string;
}

/** Describes a client by the rules of all, and by its own. */
export async function describeGitClient(
  name: string,
  options: {
    prepare(stage: GitStage): GitDriver | Promise<GitDriver>;
    /** Besides git itself, which looks at what the client did. */
    requires?: Requirement;
    says: GitSayings;
  },
  ownRules: (test: () => GitClientTest) => void = () => undefined,
): Promise<void> {
  const requirements = [await findCommand("git"), ...(options.requires === undefined ? [] : [options.requires])];
  const want = requirements.find(({ found }) => !found)?.want;
  let opened: GitClientTest | undefined;
  const test = () => {
    if (opened === undefined) throw new Error("the stage is there while a test runs only");
    return opened;
  };

  describe.concurrent(name, () => {
    beforeAll(async () => {
      if (want !== undefined) return;
      const stage = await openGitStage();
      const client = await options.prepare(stage);
      const closed = await pushedProject(stage, client, "private");
      opened = { stage, client, closed, open: await pushedProject(stage, client, "public") };
      for (const { work } of [opened.closed, opened.open]) await commitSomething(work);
    });
    beforeEach(({ skip }) => skip(want !== undefined, want));
    afterAll(() => opened?.stage.close());

    itReads(test, options.says);
    itWrites(test, options.says);
    itIsRefused(test, options.says);
    ownRules(test);
  });
}

/** A project, a token of it that reads, and a work tree with a commit to push. */
async function unpushedProject(stage: GitStage, visibility: "private" | "public", branch = "main") {
  const project = await stage.createProject(visibility);
  const reader = await createProjectAccessToken(stage.service, project.id, { scopes: ["read_repository"] });
  const work = stage.path();
  await createRepository(work, project.url, branch);
  return { project, reader: reader.credentials, work, first: await commitSomething(work) };
}

async function pushedProject(
  stage: GitStage,
  client: GitDriver,
  visibility: "private" | "public",
): Promise<PushedProject> {
  const pushed = await unpushedProject(stage, visibility);
  done(await client.push(pushed.work, [MAIN], pushed.project.writer.credentials));
  return pushed;
}

async function isUnchanged({ project, first }: PushedProject): Promise<void> {
  expect(await project.refs()).toEqual({ HEAD: first, "refs/heads/main": first });
}

function itReads(test: () => GitClientTest, says: GitSayings): void {
  it("clones an empty project, and one whose first branch is another than main: that one is checked out", async () => {
    const { stage, client } = test();
    const { project, reader, work } = await unpushedProject(stage, "private", "master");
    const [before, after] = [stage.path(), stage.path()];
    const cloned = await client.clone(project.url, before, reader);
    if (says.empty === undefined) {
      done(cloned);
      expect(await gitOutput(before, "for-each-ref")).toBe("");
    } else expect(cloned).toMatchObject(refused(says.empty));

    const first = await gitOutput(work, "rev-parse", "HEAD");
    done(await client.push(work, [same("refs/heads/master")], project.writer.credentials));
    expect(await project.refs()).toEqual({ HEAD: first, "refs/heads/master": first });
    done(await client.clone(project.url, after, reader));
    expect(await gitOutput(after, "symbolic-ref", "HEAD")).toBe("refs/heads/master");
    expect(await gitOutput(after, "rev-parse", "HEAD")).toBe(first);
    expect(await gitOutput(after, "status", "--porcelain")).toBe("");
  });

  it("clones a public project without a name", async () => {
    const { stage, client, open } = test();
    const copy = stage.path();
    done(await client.clone(open.project.url, copy, undefined));
    expect(await gitOutput(copy, "rev-parse", "HEAD")).toBe(open.first);
  });
}

function itWrites(test: () => GitClientTest, says: GitSayings): void {
  it("creates, forces and deletes a branch and a tag, and fetches what another clone has made", async () => {
    const { stage, client } = test();
    const { project, reader, work, first } = await pushedProject(stage, client, "private");
    const names = ["refs/heads/topic", "refs/tags/v1"];
    const push = (refspecs: readonly string[]) => client.push(work, refspecs, project.writer.credentials);
    const copy = stage.path();
    done(await client.clone(project.url, copy, reader));

    await gitOutput(work, "checkout", "--quiet", "-b", "topic");
    const second = await commitSomething(work);
    await gitOutput(work, "tag", "--annotate", "--message", "The first", "v1");
    done(await push(names.map(same)));
    expect(await project.refs()).toMatchObject({ "refs/heads/topic": second, "refs/tags/v1^{}": second });
    done(await client.fetch(copy, reader));
    const fetched = await gitOutput(copy, "rev-parse", "refs/remotes/origin/topic", "refs/tags/v1^{commit}");
    expect(fetched).toBe(`${second}\n${second}`);

    await gitOutput(work, "commit", "--quiet", "--amend", "--message", "Another one");
    await gitOutput(work, "tag", "--force", "v1");
    const third = await gitOutput(work, "rev-parse", "HEAD");
    done(await push(names.map((name) => `+${same(name)}`)));
    expect(await project.refs()).toMatchObject({ "refs/heads/topic": third, "refs/tags/v1": third });

    done(await push(names.map((name) => `:${name}`)));
    expect(await project.refs()).toEqual({ HEAD: first, "refs/heads/main": first });
  });

  it("is told that nobody forces the default branch, which stays as it is", async () => {
    const { stage, client, closed } = test();
    const work = stage.path();
    await cp(closed.work, work, { recursive: true });
    await gitOutput(work, "reset", "--quiet", "--soft", closed.first);
    await gitOutput(work, "commit", "--quiet", "--amend", "--message", "Another one");
    const forced = await client.push(work, [`+${MAIN}`], closed.project.writer.credentials);
    expect(forced).toMatchObject(refused(says.mayNotForce));
    await isUnchanged(closed);
  });
}

function itIsRefused(test: () => GitClientTest, says: GitSayings): void {
  /** Pushes to the private project and clones it as somebody who may do neither. */
  async function bothRefused(as: GitCredentials | undefined, saying: RegExp) {
    const { stage, client, closed } = test();
    expect(await client.push(closed.work, [MAIN], as)).toMatchObject(refused(saying));
    expect(await client.clone(closed.project.url, stage.path(), as)).toMatchObject(refused(saying));
    await isUnchanged(closed);
  }

  it("is refused both ways without a name", async () => {
    await bothRefused(undefined, says.nameless);
  });

  it("is told of a wrong password, on a public project too: it is never taken for nobody", async () => {
    const { client, open } = test();
    const impostor = { username: "root", password: wrongToken() };
    await bothRefused(impostor, says.wrongPassword);
    expect(await client.push(open.work, [MAIN], impostor)).toMatchObject(refused(says.wrongPassword));
    await isUnchanged(open);
  });

  it("is told of a token that was revoked", async () => {
    const { service } = test().stage;
    const { id } = test().closed.project;
    const token = await createProjectAccessToken(service, id, { scopes: ["write_repository"] });
    await service.root.delete(`/projects/${id}/access_tokens/${token.id}`);
    await bothRefused(token.credentials, says.revoked);
  });

  it("is told that a token that only reads may not push", async () => {
    const { client, closed, open } = test();
    for (const target of [closed, open]) {
      const pushed = await client.push(target.work, [MAIN], target.reader);
      expect(pushed).toMatchObject(refused(says.mayNotPush));
      await isUnchanged(target);
    }
  });

  it("is told the same of another's private project as of one that does not exist", async () => {
    const { stage, client, closed, open } = test();
    await bothRefused(open.project.writer.credentials, says.missing);
    const hidden = await client.clone(closed.project.url, stage.path(), open.reader);
    const nowhere = `${stage.service.url}/stage/nowhere.git`;
    const absent = await client.clone(nowhere, stage.path(), open.reader);
    expect(absent).toMatchObject(refused(says.missing));
    expect(withoutNames(absent, nowhere)).toBe(withoutNames(hidden, closed.project.url));
  });
}

/** A refspec that gives a ref the name that it has. */
const same = (name: string) => `${name}:${name}`;
const MAIN = same("refs/heads/main");

/** Asserts that an operation went well; else the test fails with what the client said. */
export function done({ ok, output }: GitAnswer): void {
  expect(ok ? "done" : output).toBe("done");
}

/** One that did not, and what it told a person. */
export function refused(saying: RegExp): object {
  return { ok: false, output: expect.stringMatching(saying) };
}

function withoutNames({ output }: GitAnswer, url: string): string {
  return output.replaceAll(url, "URL").replaceAll(/'[^']*keyside-git-[^']*'/g, "DIRECTORY");
}
