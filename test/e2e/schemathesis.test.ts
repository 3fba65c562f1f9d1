/** Schemathesis, a fuzzer that reads the API's own description, against a running Keyside. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FUZZ_FACTOR, FUZZ_SEED } from "../support/fuzz.ts";
import { pushRepository, RepositoryScript } from "../support/imported-repository.ts";
import { findCommand, type Requirement } from "../support/requirements.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTestService, type TestService } from "../support/service.ts";
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../support/world.ts";

/** Of each operation, besides those that the bounds in the description ask for. */
const EXAMPLES = 5;

/** They end the token that all requests present. */
const EXCLUDED = ["revokeOwnAccessToken", "rotateOwnAccessToken"];

const HOOKS = join(PROJECT_DIRECTORY, "test/e2e/schemathesis");

let service: TestService;
let schemathesis: Requirement;

beforeAll(async () => {
  schemathesis = await findCommand("schemathesis");
  service = await startTestService();
});
afterAll(() => service.stop());

/** What there is, by the beginning of the paths that name it, and the values of their parameters. */
async function makeWorld() {
  const member = await createUser(service, "member");
  const passers = await Promise.all(["pat", "pia", "paul"].map((name) => createUser(service, name)));
  const group = await createGroup(service, "team");
  const project = await createProject(service, group, "app");
  await addGroupMember(service, group, member.id, 30);
  await addProjectMember(service, project, member.id, 40);
  await enableProjectAccessTokens(service);
  const robots = [await createProjectAccessToken(service, project), await createProjectAccessToken(service, project)];
  const script = new RepositoryScript()
    .commit("main", { files: [["README.md", "Hello"]] })
    .ref("refs/tags/v1", "refs/heads/main");
  const writer = await createProjectAccessToken(service, project, { scopes: ["write_repository"] });
  const repository = await pushRepository(service, { path: "team/app", secret: writer.secret }, script);
  await repository.remove();
  const users = [member, ...passers].map(({ id }) => id);
  const tokens = await service.root.get("/personal_access_tokens?state=active");
  return {
    "/users/": { id: users },
    "/groups/": { id: [String(group), "team"], user_id: users },
    "/projects/": {
      id: [String(project), "team/app"],
      user_id: users,
      token_id: robots.map(({ id }) => id),
      branch: ["main"],
      tag_name: ["v1"],
      sha: ["main", "v1"],
      file_path: ["README.md"],
    },
    "/personal_access_tokens/": {
      id: tokens.body.flatMap((token: { id: number; user_id: number }) =>
        token.user_id === member.id ? [token.id] : [],
      ),
    },
  };
}

it("finds no request that fits the description and is refused, and none that does not and is taken", {
  timeout: 1_800_000 * FUZZ_FACTOR,
}, async ({ skip }) => {
  skip(!schemathesis.found, schemathesis.want);
  const known = await makeWorld();
  const fuzzer = await createUser(service, "fuzzer", { admin: true });
  const secret = await createPersonalAccessToken(service, fuzzer.id, ["api"]);
  const { body: token } = await service.as(secret).get("/personal_access_tokens/self");
  const own = { "/users/": fuzzer.id, "/personal_access_tokens/": token.id };
  const directory = await scratchDirectory();
  const { code, stdout, stderr } = await runToEnd(
    [
      ...["schemathesis", "--config-file", join(HOOKS, "schemathesis.toml")],
      ...["run", `${service.url}/api/v4/openapi.json`, "--url", `${service.url}/api/v4`],
      ...["--header", `PRIVATE-TOKEN: ${secret}`, "--checks", "all"],
      ...["--seed", String(FUZZ_SEED), "--max-examples", String(EXAMPLES * FUZZ_FACTOR), "--continue-on-failure"],
      ...["--no-shrink", "--no-color", "--generation-database", "none", "--warnings", "off"],
      ...EXCLUDED.flatMap((operation) => ["--exclude-operation-id", operation]),
    ],
    {
      directory,
      environment: {
        ...process.env,
        PYTHONPATH: HOOKS,
        PYTHONDONTWRITEBYTECODE: "1",
        SCHEMATHESIS_HOOKS: "hooks",
        KEYSIDE_TEST_KNOWN: JSON.stringify(known),
        KEYSIDE_TEST_OWN: JSON.stringify(own),
      },
    },
  );
  expect({ code, report: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, report: "" });
  // A run whose token was ended on the way means nothing.
  expect(await service.as(secret).get("/user")).toMatchObject({ status: 200 });
});
