/** The ways in which git takes credentials and sends them, and what it does with those that were refused. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitSomething, createRepository, git, gitOutput } from "../../support/git-client.ts";
import { type GitProject, type GitStage, openGitStage, withCredentials } from "../../support/git-stage.ts";
import { findCommand } from "../../support/requirements.ts";
import { createUserWithPassword, type UserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const command = await findCommand("git");

let stage: GitStage;
let project: GitProject;
let human: UserWithPassword;
/** A clone of the project with a commit on `main`. */
let work: string;

beforeAll(async () => {
  stage = await openGitStage();
  if (!command.found) return;
  human = await createUserWithPassword(stage.service, "olga", { admin: true });
  project = await stage.createProject();
  work = stage.path();
  await createRepository(work, project.url);
  await commitSomething(work);
});
beforeEach(({ skip }) => skip(!command.found, command.want));
afterAll(() => stage.close());

/** A repository's branches are named by who pushed them. */
async function expectPushes(branch: string, args: readonly string[], environment = {}): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const { code, stderr } = await git(work, [...args, "push", "origin", `main:${ref}`], environment);
  expect(code === 0 ? "pushed" : stderr).toBe("pushed");
  expect(await project.refs()).toMatchObject({ [ref]: await gitOutput(work, "rev-parse", "main") });
}

const basic = (username: string, password: string) =>
  `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

describe.concurrent("git over HTTP", () => {
  it.each([
    ["Basic, with any username", (secret: string) => basic("anybody", secret)],
    ["Basic, without a username", (secret: string) => basic("", secret)],
    ["Bearer", (secret: string) => `Authorization: Bearer ${secret}`],
    ["PRIVATE-TOKEN", (secret: string) => `PRIVATE-TOKEN: ${secret}`],
  ])("sends an access token in a header of its own: %s", async (name, header) => {
    const branch = name.toLowerCase().replaceAll(/[^a-z]+/g, "-");
    await expectPushes(branch, ["-c", `http.extraHeader=${header(project.writer.secret)}`]);
  });

  it("is told of a wrong token in a header of its own, on a public project too", async () => {
    const open = await stage.createProject("public");
    const { code, stderr } = await git(work, [
      "-c",
      `http.extraHeader=PRIVATE-TOKEN: ${wrongToken()}`,
      "ls-remote",
      open.url,
    ]);
    expect({ code, stderr }).toEqual({ code: 128, stderr: expect.stringContaining("fatal: could not read Username") });
  });

  it("takes a token from the URL, and a human's name with their password", async () => {
    await expectPushes("url", [
      "-c",
      `url.${withCredentials(stage.service.url, project.writer.credentials)}.insteadOf=${stage.service.url}/`,
    ]);
    await expectPushes("password", [
      "-c",
      `url.${withCredentials(stage.service.url, human)}.insteadOf=${stage.service.url}/`,
    ]);
  });

  it("asks for a name and a password, and keeps what was right in its store", async () => {
    const home = stage.path();
    await mkdir(home);
    const store = join(home, ".git-credentials");
    const settings = ["-c", "credential.helper=store"];
    await expectPushes("asked", settings, { HOME: home, ...(await answering(home, "olga", human.password)) });
    expect(await readFile(store, "utf8")).toMatch(/^http:\/\/olga:password%20of%20olga@127\.0\.0\.1\S+\n$/);
    await expectPushes("stored", settings, { HOME: home });
  });

  it("forgets a wrong password that its store had, asks, and keeps the right one", async () => {
    const home = stage.path();
    await mkdir(home);
    const store = join(home, ".git-credentials");
    const { host } = new URL(stage.service.url);
    await writeFile(store, `http://olga:${wrongToken()}@${host}\n`, { mode: 0o600 });
    const settings = ["-c", "credential.helper=store"];
    const refused = await git(work, [...settings, "push", "origin", "main:refs/heads/refused"], { HOME: home });
    expect(refused).toMatchObject({
      code: 128,
      stderr: expect.stringMatching(
        /^remote: the access token is not known\nfatal: Authentication failed for 'http:.*'$/m,
      ),
    });
    expect(await readFile(store, "utf8")).toBe("");
    await expectPushes("right", settings, { HOME: home, ...(await answering(home, "olga", human.password)) });
    expect(await readFile(store, "utf8")).toContain("http://olga:");
    expect(Object.keys(await project.refs())).not.toContain("refs/heads/refused");
  });
});

/** What lets git ask a program in the place of a person. */
async function answering(directory: string, username: string, password: string) {
  const program = join(directory, "answer");
  await writeFile(program, `#!/bin/sh\ncase $1 in Username*) echo '${username}' ;; *) echo '${password}' ;; esac\n`);
  await chmod(program, 0o700);
  return { GIT_ASKPASS: program };
}
