/** GitLab's client for Go against a running Keyside; what it does is client-go/main.go beside this file. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { findGoModules, type Requirement } from "../support/requirements.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { createPersonalAccessToken } from "../support/world.ts";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("client-go", import.meta.url));

let service: TestService;
let modules: Requirement;
let directory: string;
let program: string;

beforeAll(async () => {
  modules = await findGoModules(PROGRAM);
  directory = await mkdtemp(join(tmpdir(), "keyside-test-"));
  program = join(directory, "client-go");
  if (modules.found) await run("go", ["build", "-o", program, "."], { cwd: PROGRAM });
  service = await startTestService();
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

describe("GitLab's client for Go", () => {
  it("lives the whole life of tokens, members, projects, namespaces, users, groups, features and events", async ({
    skip,
  }) => {
    skip(!modules.found, modules.want);
    const { body: root } = await service.root.get("/user");
    const secret = await createPersonalAccessToken(service, root.id, TOKEN_SCOPES);
    const { stdout } = await run(program, [service.url, secret]);
    expect(stdout.trim().split("\n")).toEqual([
      "instance",
      "features",
      "users",
      "groups",
      "namespaces",
      "projects",
      "members",
      "tokens",
      "events",
      "removals",
    ]);
  });
});
