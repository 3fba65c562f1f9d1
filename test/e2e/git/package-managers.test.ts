/** pip and npm, which install packages from Git by running git. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitFile, createRepository, GIT_ENVIRONMENT, gitOutput } from "../../support/git-client.ts";
import {
  type GitCredentials,
  type GitProject,
  type GitStage,
  openGitStage,
  withCredentials,
} from "../../support/git-stage.ts";
import { findCommand, findGitClientsPython } from "../../support/requirements.ts";
import { runToEnd } from "../../support/running-command.ts";
import { createProjectAccessToken } from "../../support/world.ts";

/** One package for both. */
const PYPROJECT = `[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "keyside_greeting"
version = "1.1"
description = "Says hello"
`;
const PACKAGE_JSON = JSON.stringify({ name: "keyside-greeting", version: "1.1.0" });
const GREETING = 'greeting = "hello"\n';

const REFUSED = /remote: Token was revoked\..*\n.*fatal: Authentication failed for/;

const python = await findGitClientsPython();
const npmCommand = await findCommand("npm");
const command = await findCommand("git");

let stage: GitStage;
let project: GitProject;
let reader: GitCredentials;
let revoked: GitCredentials;

beforeAll(async () => {
  stage = await openGitStage();
  if (!command.found) return;
  project = await stage.createProject();
  reader = (await createProjectAccessToken(stage.service, project.id, { scopes: ["read_repository"] })).credentials;
  const gone = await createProjectAccessToken(stage.service, project.id, { scopes: ["read_repository"] });
  await stage.service.root.delete(`/projects/${project.id}/access_tokens/${gone.id}`);
  revoked = gone.credentials;
  const work = stage.path();
  await createRepository(work, withCredentials(project.url, project.writer.credentials));
  await commitFile(work, "pyproject.toml", PYPROJECT);
  await commitFile(work, "package.json", PACKAGE_JSON);
  await commitFile(work, "keyside_greeting.py", GREETING);
  await gitOutput(work, "tag", "v1.1.0");
  await commitFile(work, "keyside_greeting.py", 'greeting = "not released"\n');
  await gitOutput(work, "push", "--quiet", "origin", "main", "v1.1.0");
});
beforeEach(({ skip }) => skip(!command.found, command.want));
afterAll(() => stage.close());

/** Installs a revision of the package into a new directory, with nothing of this machine's settings. */
async function install(command: readonly string[], as: GitCredentials, revision: string) {
  const directory = stage.path();
  await mkdir(directory);
  const environment = { ...GIT_ENVIRONMENT, HOME: directory, PIP_CONFIG_FILE: "/dev/null" };
  const source = `git+${withCredentials(project.url, as)}${revision}`;
  const { code, stdout, stderr } = await runToEnd([...command, source], { directory, environment });
  return { directory, ended: { code, output: stdout + stderr } };
}

describe("pip", () => {
  const alone = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--disable-pip-version-check"];
  const pip = ["git-clients-python", "-m", "pip", "install", ...alone, "--target", "."];

  it("installs from a tag with a token that reads", async ({ skip }) => {
    skip(!python.found, python.want);
    const { directory, ended } = await install(pip, reader, "@v1.1.0");
    expect(ended).toMatchObject({
      code: 0,
      output: expect.stringContaining("Successfully installed keyside_greeting-1.1"),
    });
    expect(await readFile(join(directory, "keyside_greeting.py"), "utf8")).toBe(GREETING);
  });

  it("passes on why a token is refused", async ({ skip }) => {
    skip(!python.found, python.want);
    const { ended } = await install(pip, revoked, "");
    expect(ended).toMatchObject({ code: 1, output: expect.stringMatching(REFUSED) });
  });
});

describe("npm", () => {
  const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier"];

  it("installs from the newest tag in a range with a token that reads", async ({ skip }) => {
    skip(!npmCommand.found, npmCommand.want);
    const { directory, ended } = await install(npm, reader, "#semver:^1.0.0");
    expect(ended).toMatchObject({ code: 0 });
    const installed = join(directory, "node_modules/keyside-greeting");
    expect(await readFile(join(installed, "keyside_greeting.py"), "utf8")).toBe(GREETING);
  });

  it("passes on why a token is refused", async ({ skip }) => {
    skip(!npmCommand.found, npmCommand.want);
    const { ended } = await install(npm, revoked, "");
    expect(ended).toMatchObject({ code: 128, output: expect.stringMatching(REFUSED) });
  });
});
