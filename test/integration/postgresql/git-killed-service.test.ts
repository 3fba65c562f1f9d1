/** A whole Keyside that is killed in the middle of a push: what it has changed is found out, and nothing is made up. */
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { settlePushes } from "../../../src/git-repositories/settle-pushes.ts";
import { sweepRepositories } from "../../../src/git-repositories/sweep-repositories.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { freePort } from "../../support/free-port.ts";
import { GIT_ENVIRONMENT, gitOutput } from "../../support/git-client.ts";
import { EVENTUALLY, expectNothingLeft, processesAt } from "../../support/git-processes.ts";
import { type GitProject, gitProjects } from "../../support/git-project.ts";
import { KEYSIDE } from "../../support/keyside-command.ts";
import { type RunningCommand, startCommand } from "../../support/running-command.ts";
import { startTestService, type TestService } from "../../support/service.ts";

/** Processes start here, on a machine that may be busy. */
const PATIENCE_MS = 120_000;

let database: TestDatabase;
/** On the database and the repositories of those that are killed. */
let survivor: TestService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;

beforeAll(async () => {
  database = await createTestDatabase();
  survivor = await startTestService({ database });
  createProject = await gitProjects(survivor);
});
afterAll(() => survivor.stop());

const databaseUrl = () => ("url" in database.location ? database.location.url : "");

/** Starts a Keyside from nothing but these variables: without a HOME, and where it may write nothing. */
async function startKeyside(): Promise<{ command: RunningCommand; url: string }> {
  const { config } = survivor.container;
  const port = String(await freePort());
  const environment = {
    PATH: process.env["PATH"],
    DATABASE_URL: databaseUrl(),
    KEYSIDE_DATA_DIR: join(survivor.directory, "killed"),
    KEYSIDE_CERTS_DIR: config.certsDir,
    KEYSIDE_GIT_DIR: config.git.directory,
    KEYSIDE_PORT: port,
    KEYSIDE_DATABASE_TIMEOUT: "60",
  };
  const command = startCommand(["sh", "-c", 'cd / && exec "$@"', "sh", ...KEYSIDE, "serve"], environment);
  await command.printed(/"msg":"listening"/);
  return { command, url: `http://127.0.0.1:${port}` };
}

/** Keeps everybody from writing to a table. */
async function lockTable(name: string): Promise<{ waiting(): Promise<number>; free(): Promise<void> }> {
  const client = new pg.Client({ connectionString: databaseUrl() });
  await client.connect();
  let isFree = false;
  const free = async () => {
    if (isFree) return;
    isFree = true;
    await client.end();
  };
  onTestFinished(free);
  await client.query(`begin; lock table ${name} in exclusive mode`);
  return {
    free,
    async waiting() {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from pg_locks where not granted and relation = $1::regclass",
        [name],
      );
      return rows[0]?.count ?? 0;
    },
  };
}

/** Begins a push by way of a Keyside, and kills that once it waits for a table. */
async function killWhileItWaitsFor(table: string): Promise<GitProject> {
  const project = await createProject();
  const clone = await project.clone();
  const { command, url } = await startKeyside();
  const lock = await lockTable(table);
  const remote = project.writerUrl.replace(/@127\.0\.0\.1:\d+/, `@${new URL(url).host}`);
  const client = startCommand(["git", "-C", clone, "push", "--quiet", remote, "main"], GIT_ENVIRONMENT);
  await expect.poll(() => lock.waiting(), EVENTUALLY).toBeGreaterThan(0);
  command.signal("SIGKILL");
  expect(await command.ended).toBe("SIGKILL");
  expect(await client.ended).not.toBe(0);
  await lock.free();
  await expect.poll(() => processesAt(project.directory), EVENTUALLY).toEqual([]);
  return project;
}

/** Does what the chores do, once the push cannot be under way any more. */
async function settleLater({ directory }: GitProject): Promise<void> {
  survivor.clock.set(new Date(Date.now() + 2 * survivor.container.config.git.timeoutSeconds * 1000 + 1000));
  await settlePushes(survivor.container);
  await sweepRepositories(survivor.container);
  // Git, whose client and whose Keyside are gone, may not have come to tidying up.
  await expectNothingLeft(directory);
}

const refsOf = ({ writerUrl }: GitProject) => gitOutput("/", "ls-remote", writerUrl);

/** The rows of a project's pushes of which it is not known what became. */
async function openRows({ id }: GitProject): Promise<unknown[]> {
  const statement = "select updates from git_pushes where project_id = ? and recorded_at is null";
  return await survivor.container.database.em().execute(statement, [id]);
}

describe("a Keyside that is killed", () => {
  it(
    "after git has changed a branch, and before that is recorded: the chore records it, once",
    async () => {
      const project = await killWhileItWaitsFor("events");
      expect(await refsOf(project)).toContain("refs/heads/main");
      expect(await openRows(project)).toHaveLength(1);
      expect(await project.events()).toEqual([]);
      await settleLater(project);
      await settleLater(project);
      expect((await project.events()).map(({ push_data }) => push_data["ref"])).toEqual(["main"]);
      expect(await openRows(project)).toEqual([]);
      expect((await survivor.root.get(`/projects/${project.id}`)).body.default_branch).toBe("main");
    },
    PATIENCE_MS,
  );

  it(
    "before the push was let through: git has changed nothing, and the chore records nothing",
    async () => {
      const project = await killWhileItWaitsFor("git_pushes");
      expect(await refsOf(project)).toBe("");
      expect(await openRows(project)).toEqual([]);
      await settleLater(project);
      expect(await project.events()).toEqual([]);
    },
    PATIENCE_MS,
  );
});
