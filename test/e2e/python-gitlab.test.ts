/** python-gitlab, as Debian ships it, against a running Keyside; what it does is python-gitlab.py beside this file. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { freePort } from "../support/free-port.ts";
import { startTestService, type TestService } from "../support/service.ts";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("python-gitlab.py", import.meta.url));
const WANT = "needs python3-gitlab: a python3 that can `import gitlab` (apt-get install python3-gitlab)";

/** Debian's own first: another python3 on the PATH does not see Debian's packages. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const imports = run(python, ["-c", "import gitlab"]);
    if (
      await imports.then(
        () => true,
        () => false,
      )
    )
      return python;
  }
  return undefined;
}

let service: TestService;
let python: string | undefined;

beforeAll(async () => {
  python = await findPython();
  // The client warns when the links of a list lead elsewhere than it asked.
  const port = await freePort();
  const environment = { KEYSIDE_PORT: String(port), KEYSIDE_URL: `http://127.0.0.1:${port}` };
  service = await startTestService({ environment });
});
afterAll(() => service.stop());

describe("python-gitlab", () => {
  it("lives the whole life of tokens, SSH keys, members, projects, users, groups, features and events", async ({
    skip,
  }) => {
    skip(python === undefined, WANT);
    const { body: root } = await service.root.get("/user");
    const path = `/users/${root.id}/personal_access_tokens`;
    const { body } = await service.root.post(path, { name: "python", scopes: TOKEN_SCOPES });
    const { stdout } = await run(python ?? "", [SCRIPT, service.url, body.token]);
    expect(stdout.trim().split("\n")).toEqual([
      "instance",
      "features",
      "users",
      "groups",
      "projects",
      "members",
      "tokens",
      "repository",
      "keys",
      "events",
      "pages",
      "removals",
    ]);
  });
});
