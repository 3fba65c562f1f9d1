/** What is done before a client hears that its push went well. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commitSomething, createRepository, git } from "../../support/git-client.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;

/** The body of a request that pushes what `main` is at, to a branch that is new. */
async function bodyOfPush(work: string, branch: string): Promise<Buffer> {
  const commit = await commitSomething(work);
  const { stdout } = await git(work, ["pack-objects", "--quiet", "--revs", "push"], { input: "main\n" });
  const command = `${"0".repeat(40)} ${commit} refs/heads/${branch}\0report-status side-band-64k`;
  return Buffer.concat([
    Buffer.from(`${packet(command)}0000`),
    await readFile(join(work, `push-${stdout.trim()}.pack`)),
  ]);
}

/** What the HEAD of the one repository names. */
function head(): string {
  const { directory } = service.container.config.git;
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const [path] = paths.filter((each) => /^[0-9a-f]{2}\/[0-9a-f]{32}\.git\/HEAD$/.test(each));
  return path === undefined ? "" : readFileSync(join(directory, path), "utf8").trim();
}

it("tells a client of a first push when the default branch is known and the event is there, not sooner", async () => {
  await enableProjectAccessTokens(service);
  const project = await createProject(service, await createGroup(service, "team"), "app");
  const { secret } = await createProjectAccessToken(service, project, { scopes: ["write_repository"] });
  const work = await scratchDirectory();
  await createRepository(work, service.url);
  const headers = { "PRIVATE-TOKEN": secret, "Content-Type": "application/x-git-receive-pack-request" };
  const push = request(`${service.url}/team/app.git/git-receive-pack`, { method: "POST", headers });
  push.end(await bodyOfPush(work, "trunk"));
  const [answer] = await once(push, "response");
  let said = "";
  for await (const piece of answer) {
    said += piece;
    // Here and now: to ask by another request would give the service time.
    if (said.includes("unpack ok")) expect(head()).toBe("ref: refs/heads/trunk");
  }
  expect(said).toMatch(/unpack ok.*ok refs\/heads\/trunk/s);
  expect((await service.root.get(`/projects/${project}`)).body).toMatchObject({ default_branch: "trunk" });
  const { body: events } = await service.root.get(`/projects/${project}/events?action=pushed`);
  expect(events).toMatchObject([{ action_name: "pushed new", push_data: { ref: "trunk" } }]);
});
