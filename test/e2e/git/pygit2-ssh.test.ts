/** libgit2 over SSH, which it speaks by libssh2: programs that embed it clone, fetch and push with a token. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { commitSomething, createRepository, GIT_ENVIRONMENT, gitOutput } from "../../support/git-client.ts";
import { findGitClientsPython } from "../../support/requirements.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../../support/running-command.ts";
import { openSshStage, type SshStage } from "../../support/ssh-stage.ts";

const PROGRAM = `${PROJECT_DIRECTORY}/test/e2e/git/python/pygit2_client.py`;
const python = await findGitClientsPython();

let stage: SshStage;
beforeAll(async () => {
  if (python.found) stage = await openSshStage();
});
afterAll(() => stage?.close());

it("pygit2 pushes, clones and fetches, and is told in the words of HTTP what it may not", async ({ skip }) => {
  skip(!python.found, python.want);
  const project = await stage.createProject();
  const [work, copy] = [stage.path(), stage.path()];
  const run = (secret: string, ...args: readonly string[]) =>
    runToEnd(["git-clients-python", PROGRAM, ...args], {
      environment: { ...GIT_ENVIRONMENT, GIT_USERNAME: "git", GIT_PASSWORD: secret, GIT_TRUSTED_HOST: "127.0.0.1" },
    });
  const { secret } = project.writer;
  await createRepository(work, stage.address(project));
  const first = await commitSomething(work);
  const main = "refs/heads/main:refs/heads/main";
  expect(await run(secret, "push", work, main)).toMatchObject({ code: 0 });
  expect(await run(secret, "clone", stage.address(project), copy)).toMatchObject({ code: 0 });
  expect(await gitOutput(copy, "rev-parse", "HEAD")).toBe(first);

  const second = await commitSomething(work);
  expect(await run(secret, "push", work, main)).toMatchObject({ code: 0 });
  expect(await run(secret, "fetch", copy)).toMatchObject({ code: 0 });
  expect(await gitOutput(copy, "rev-parse", "refs/remotes/origin/main")).toBe(second);

  await gitOutput(work, "commit", "--quiet", "--amend", "--message", "Another one");
  const forced = await run(secret, "push", work, `+${main}`);
  expect(forced.code).toBe(1);
  expect(forced.stderr).toContain("Keyside: You are not allowed to force push code to a protected branch");
  expect(await project.refs()).toMatchObject({ "refs/heads/main": second });
  const wrong = await run(secret.slice(0, -1), "fetch", copy);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("the credentials were refused") });
});
