import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { type DescribedOperation, type Parameter, readDescription } from "../../support/openapi.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { shapes, watchStatements } from "../../support/statements.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let operations: DescribedOperation[];
let sentBy: Awaited<ReturnType<typeof watchStatements>>;
let stranger: User;
let member: User;
let foreignBot: ProjectAccessToken;
let token: ProjectAccessToken;
let nested: number;
let project: number;

/** What does not exist; the paths are as long and as deep as those of what does. */
const MISSING = 999_999;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  operations = await readDescription(service.root);
  const group = await createGroup(service, "hidden");
  nested = await createGroup(service, "inside", group);
  project = await createProject(service, nested, "app");
  member = await createUser(service, "mia");
  await addProjectMember(service, project, member.id, 30);
  token = await createProjectAccessToken(service, project);
  stranger = await createUser(service, "sam");
  foreignBot = await createProjectAccessToken(service, await createOwnProject(stranger, "own"), { by: stranger });
  sentBy = await watchStatements(service);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

/** A good value for every parameter that an operation demands: nothing but the place may be what is refused. */
function fill({ name, schema }: Parameter): unknown {
  const values: Record<string, unknown> = {
    user_id: member.id,
    token_id: token.id,
    access_level: 20,
    scopes: ["read_api"],
    name: "fine",
    branch: "main",
    tag_name: "v1",
    sha: "main",
    file_path: "README.md",
  };
  if (!(name in values)) throw new Error(`no value for ${name}: ${JSON.stringify(schema)}`);
  return values[name];
}

function call(client: ApiClient, { method, path, parameters }: DescribedOperation, id: string): Promise<ApiAnswer> {
  let address = path.replace("{id}", id);
  const body: Record<string, unknown> = {};
  // One of two is demanded of whoever has something explained.
  const isWanted = ({ required, name }: Parameter) => name !== "id" && (required || name === "token_id");
  for (const parameter of parameters.filter(isWanted)) {
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, String(fill(parameter)));
    else body[parameter.name] = fill(parameter);
  }
  return client.call(method, address, method === "POST" || method === "PUT" ? body : undefined);
}

/** What a caller, and whoever measures the database's work, can tell of a call. */
async function traces(ask: () => Promise<ApiAnswer>) {
  let answer: ApiAnswer | undefined;
  const sent = await sentBy(async () => {
    answer = await ask();
  });
  return { status: answer?.status, body: answer?.body, shapes: shapes(sent), rows: sent.map(({ rows }) => rows) };
}

const NAMES = {
  "/projects/{id}": { number: () => project, hidden: "hidden%2Finside%2Fapp", missing: "absent%2Finside%2Fapp" },
  "/groups/{id}": { number: () => nested, hidden: "hidden%2Finside", missing: "absent%2Finside" },
};

describe("an attacker who compares what is hidden with what is missing", () => {
  it.each(["/projects/{id}", "/groups/{id}"] as const)(
    "finds the same answer and the same work in every operation below %s, by number and by path",
    async (root) => {
      const below = operations.filter(({ path }) => path === root || path.startsWith(`${root}/`));
      expect(below.length).toBeGreaterThan(9);
      const { number, hidden, missing } = NAMES[root];
      for (const operation of below) {
        for (const { client } of [stranger, foreignBot]) {
          for (const [one, other] of [
            [String(number()), String(MISSING)],
            [hidden, missing],
          ] as const) {
            const ofHidden = await traces(() => call(client, operation, one));
            expect(ofHidden.status, operation.id).toBe(404);
            expect(ofHidden, operation.id).toEqual(await traces(() => call(client, operation, other)));
          }
        }
      }
    },
    120_000,
  );

  it("finds the same where a number stands in a body", async () => {
    const ask = (id: number) => [
      () => stranger.client.post("/projects", { path: "x", namespace_id: id }),
      () => stranger.client.post("/groups", { name: "x", path: "x", parent_id: id }),
    ];
    const ofMissing = ask(MISSING);
    for (const [index, ofHidden] of ask(nested).entries()) {
      const found = await traces(ofHidden);
      expect(found.status).toBe(404);
      expect(found).toEqual(await traces(ofMissing[index] ?? ofHidden));
    }
  });
});
