/** Clones and pushes that are cut off on the way: by the client, by the network, by a stop of the service, by time. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { commitFile, GIT_ENVIRONMENT, git, gitOutput } from "../../support/git-client.ts";
import { EVENTUALLY, expectNothingLeft, untilGitRuns, untilPushArrives } from "../../support/git-processes.ts";
import { type GitProject, gitProjects } from "../../support/git-project.ts";
import { holdRequest, NO_OBJECT, packOf, pushBody, transferHeaders } from "../../support/git-protocol.ts";
import { type RunningCommand, startCommand } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { type StallingLimits, type StallingProxy, startStallingProxy } from "../../support/stalling-proxy.ts";
import { createUser } from "../../support/world.ts";

/** More than the sockets of a connection hold, so that whoever sends it has to wait for its reader. */
const LARGE = 24 * 1024 * 1024;
const MIB = 1024 * 1024;

let service: TestService;
let createProject: Awaited<ReturnType<typeof gitProjects>>;
let large: GitProject;

beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_REQUEST_TIMEOUT: "1" } });
  createProject = await gitProjects(service);
  large = await createProject();
  await pushLarge(large);
});
afterAll(() => service.stop());

/** Pushes a commit with what cannot be packed any smaller. */
async function pushLarge(project: GitProject): Promise<void> {
  const clone = await largeClone(project);
  await gitOutput(clone, "-c", "pack.compression=0", "push", "--quiet", "origin", "main");
}

async function largeClone(project: GitProject): Promise<string> {
  const clone = await project.clone();
  await gitOutput(clone, "config", "core.compression", "0");
  await commitFile(clone, "large", randomBytes(LARGE));
  return clone;
}

async function stallingProxy(limits: StallingLimits): Promise<StallingProxy> {
  const proxy = await startStallingProxy(service.url, limits);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Starts the real git in a directory. */
function startGit(directory: string, ...args: string[]): RunningCommand {
  return startCommand(["git", "-C", directory, ...args], GIT_ENVIRONMENT);
}

/** Starts a clone, and waits until it stands still in the middle. */
async function stalledClone(): Promise<{ client: RunningCommand; proxy: StallingProxy }> {
  const proxy = await stallingProxy({ toClient: MIB });
  const target = join(await scratchDirectory(), "clone");
  const client = startGit("/", "clone", "--quiet", proxy.through(large.writerUrl), target);
  await proxy.stalled;
  await untilGitRuns(large.directory);
  return { client, proxy };
}

/** Starts a push of much, and waits until it stands still in the middle. */
async function stalledPush(project: GitProject): Promise<{ client: RunningCommand; proxy: StallingProxy }> {
  const clone = await largeClone(project);
  const proxy = await stallingProxy({ toServer: 2 * MIB });
  const client = startGit(clone, "push", "--quiet", proxy.through(project.writerUrl), "main");
  await proxy.stalled;
  await untilPushArrives(project.directory);
  return { client, proxy };
}

const refsOf = ({ writerUrl }: GitProject) => gitOutput("/", "ls-remote", writerUrl);
const running = () => service.container.gitTurns.running;

describe("a client that is killed", () => {
  it("in a clone leaves no process", async () => {
    const { client, proxy } = await stalledClone();
    client.signal("SIGKILL");
    await client.ended;
    await proxy.close();
    await expectNothingLeft(large.directory);
    await expect.poll(running, EVENTUALLY).toBe(0);
  });

  it("in a push leaves no process and nothing of what it sent", async () => {
    const project = await createProject();
    const { client, proxy } = await stalledPush(project);
    client.signal("SIGKILL");
    await client.ended;
    await proxy.close();
    await expectNothingLeft(project.directory);
    await expect.poll(running, EVENTUALLY).toBe(0);
    expect(await refsOf(project)).toBe("");
    expect(await project.events()).toEqual([]);
  });
});

describe("a push that arrives more slowly than any other request may", () => {
  it("is taken", async () => {
    const project = await createProject();
    const clone = await project.clone();
    const to = await gitOutput(clone, "rev-parse", "HEAD");
    const body = pushBody([{ ref: "refs/heads/main", from: NO_OBJECT, to }], await packOf(clone, to));
    const held = holdRequest(`${project.url}/git-receive-pack`, transferHeaders("receive-pack", project.writer.secret));
    await held.send(body.subarray(0, 100));
    await untilGitRuns(project.directory);
    // Another request, which began later and takes as long, is ended by the limit: so the push has outlived it.
    const { secret } = await createUser(service, "una");
    const headers = { "content-type": "application/json", "private-token": secret };
    const slow = holdRequest(`${service.url}/api/v4/projects`, headers);
    await slow.send("{");
    expect((await slow.answer).status).toBe(408);
    held.finish(body.subarray(100));
    const { status, text } = await held.answer;
    expect(status).toBe(200);
    expect(await text).toMatch(/ok refs\/heads\/main/);
    expect(await refsOf(project)).toContain(to);
  });

  it("is none that is a fetch: what that asks for is short", async () => {
    const project = await createProject({ visibility: "public" });
    await project.pushedClone();
    const held = holdRequest(`${project.url}/git-upload-pack`, transferHeaders("upload-pack"));
    await held.send("0032want ");
    expect((await held.answer).status).toBe(408);
    await expectNothingLeft(project.directory);
    await expect.poll(running, EVENTUALLY).toBe(0);
  });

  it("has no more time than others as long as it is not known who sends it", async () => {
    const project = await createProject();
    for (const secret of [undefined, "kspat-wrong"]) {
      const held = holdRequest(`${project.url}/git-receive-pack`, transferHeaders("receive-pack", secret));
      await held.send("00");
      expect((await held.answer).status).toBe(401);
      held.breakOff();
    }
  });
});

describe("an operation that takes longer than it may", () => {
  it("is ended: a client that is silent, and one that does not listen; nothing is left", async () => {
    const other = await startTestService({ environment: { KEYSIDE_GIT_IDLE_TIMEOUT: "1" } });
    onTestFinished(() => other.stop());
    const project = await (await gitProjects(other))();
    await pushLarge(project);
    const proxy = await startStallingProxy(other.url, { toClient: MIB });
    onTestFinished(() => proxy.close());
    const deaf = startGit(
      "/",
      "clone",
      "--quiet",
      proxy.through(project.writerUrl),
      join(await scratchDirectory(), "x"),
    );
    await proxy.stalled;
    const silent = holdRequest(
      `${project.url}/git-receive-pack`,
      transferHeaders("receive-pack", project.writer.secret),
    );
    await silent.send("00");
    const { status, text } = await silent.answer;
    expect([status, await text]).toEqual([503, "The client took too long\n"]);
    await expectNothingLeft(project.directory);
    expect(other.container.gitTurns.running).toBe(0);
    deaf.signal("SIGKILL");
  });
});

describe("a stop of the service", () => {
  it("ends a clone and a push under way, and leaves no process and nothing of what was sent", async () => {
    const repositories = await scratchDirectory();
    const other = await startTestService({ environment: { KEYSIDE_GIT_DIR: repositories } });
    const before = service;
    service = other;
    const create = await gitProjects(other);
    const [cloned, pushed] = [await create(), await create()];
    await pushLarge(cloned);
    const kept = large;
    large = cloned;
    const clients = [(await stalledClone()).client, (await stalledPush(pushed)).client];
    await other.stop().finally(() => {
      service = before;
      large = kept;
    });
    for (const { directory } of [cloned, pushed]) await expectNothingLeft(directory);
    const refs = await git("/", ["--git-dir", pushed.directory, "for-each-ref"], { GIT_CONFIG_GLOBAL: "/dev/null" });
    expect(refs).toMatchObject({ code: 0, stdout: "" });
    for (const client of clients) client.signal("SIGKILL");
    expect(other.logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});
