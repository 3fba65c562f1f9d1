/** Ansible's modules for GitLab, as Debian ships them, against a running Keyside; what they do is ansible.yml beside this file. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOKEN_SCOPES } from "../../src/principals/token-scope.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { createPersonalAccessToken, enableProjectAccessTokens } from "../support/world.ts";

const run = promisify(execFile);
const PLAYBOOK = fileURLToPath(new URL("ansible.yml", import.meta.url));
const MODULE = "community.general.gitlab_project_access_token";
/** Each of some thirty tasks starts a Python of its own. */
const TIME_LIMIT_MS = 400_000;
const WANT = `needs ansible: \`ansible-playbook\` on the PATH with the module ${MODULE}, and a python3 that can \`import gitlab\``;

/** What the commands have for settings: nothing of the person's who runs them. */
const environment = async (): Promise<NodeJS.ProcessEnv> => ({
  ...process.env,
  ANSIBLE_HOME: await scratchDirectory(),
  ANSIBLE_NOCOLOR: "1",
  ANSIBLE_LOCALHOST_WARNING: "0",
  // A play says what is other about a repeated task after it has repeated it.
  ANSIBLE_DUPLICATE_YAML_DICT_KEY: "ignore",
});

/** The python that has the client which the modules are written with: Debian's own first, as another does not see its packages. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { stdout } = await run(python, ["-c", "import gitlab, sys; print(sys.executable)"]).catch(() => ({
      stdout: "",
    }));
    if (stdout !== "") return stdout.trim();
  }
  return undefined;
}

let service: TestService;
let python: string | undefined;

beforeAll(async () => {
  python = await findPython();
  service = await startTestService();
  await enableProjectAccessTokens(service);
});
afterAll(() => service.stop());

describe("Ansible", () => {
  it(
    "makes users, groups, projects, members and project access tokens, and changes nothing twice",
    async ({ skip }) => {
      const env = await environment();
      const module = await run("ansible-doc", [MODULE], { env }).catch(() => ({ stdout: "" }));
      skip(python === undefined || !module.stdout.includes("project access token"), WANT);
      const { body: root } = await service.root.get("/user");
      const token = await createPersonalAccessToken(service, root.id, TOKEN_SCOPES);
      const variables = join(await scratchDirectory(), "variables.json");
      await writeFile(variables, JSON.stringify({ url: service.url, token, ansible_python_interpreter: python }));
      const { stdout } = await run("ansible-playbook", ["--extra-vars", `@${variables}`, PLAYBOOK], { env });
      expect(stdout).toMatch(/localhost +: ok=\d+ +changed=\d+ +unreachable=0 +failed=0 +skipped=0/);
    },
    TIME_LIMIT_MS,
  );
});
