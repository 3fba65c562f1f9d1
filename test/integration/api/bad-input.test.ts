import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer } from "../../support/api-client.ts";
import { type DescribedOperation, type Parameter, readDescription, type Schema } from "../../support/openapi.ts";
import { newPublicKey } from "../../support/public-key.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let operations: DescribedOperation[];
let owner: User;
let other: User;
let robot: ProjectAccessToken;
let project: number;
let group: number;
let personalToken: number;

beforeAll(async () => {
  service = await startTestService();
  operations = await readDescription(service.root);
  owner = await createUser(service, "olga");
  other = await createUser(service, "otto");
  project = await createOwnProject(owner, "app");
  await enableProjectAccessTokens(service, project);
  group = await createGroup(service, "team");
  robot = await createProjectAccessToken(service, project, { by: owner });
  await addProjectMember(service, project, other.id, 20);
  personalToken = (await other.client.get("/personal_access_tokens/self")).body.id;
});
afterAll(() => service.stop());

/** The schema and all that it offers to choose from. */
function kindsOf(schema: Schema): Schema[] {
  return [schema, ...(schema.anyOf ?? []).flatMap(kindsOf)];
}

/** Values that no parameter of the kind can have. */
function wrongValues(schema: Schema): unknown[] {
  const kinds = kindsOf(schema);
  const has = (type: string) => kinds.some((kind) => kind.type === type);
  const list = Array.from({ length: 10_000 }, () => "x");
  const never = ["a\0b", "\uFFFD", { nested: true }, list];
  if (has("integer")) return [...never, "", "twelve", 1.5, -1, 0, "1e3", 2 ** 40, true, "1; drop table users"];
  if (has("boolean")) return [...never, "", "perhaps", 2, "1; drop table users"];
  if (has("array"))
    return ["a\0b", "\uFFFD", { nested: true }, list, "", [], ["unknown"], [1], 5, "x'; drop table users --"];
  if (kinds.some((kind) => kind.enum !== undefined)) return [...never, "", "unknown", 7, "'; drop table users --"];
  return [...never, 7, true];
}

/** What else is wrong, by the name: these schemas have rules that JSON Schema has no words for. */
const WRONG_BY_NAME: Readonly<Record<string, readonly unknown[]>> = {
  expires_at: ["", "tomorrow", "2020-01-01", "2026-11-02", "2027-02-30", "2027-13-01", "0000-00-00"],
  before: ["", "tomorrow", "2027-02-30"],
  from: ["", "tomorrow", "2027-02-30", "2020-01-01", "9999-12-31"],
  to: ["", "tomorrow", "2027-02-30", "0000-01-01"],
  after: ["", "tomorrow", "2027-02-30"],
  created_after: ["", "tomorrow", "2027-02-30", "2027-01-01T25:00:00Z"],
  expires_before: ["", "tomorrow", "2027-02-30"],
  email: ["", "nobody", "a@b@c", `${"a".repeat(300)}@example.com`],
  path: ["", "Upper", "a/b", "..", "-a", "a".repeat(300), "<script>", "x.git"],
  username: ["", "a".repeat(300)],
  name: ["", "   ", "x".repeat(256)],
  key: ["", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3M=", "x".repeat(9000)],
  title: ["", "   ", "x".repeat(256)],
  password: ["", "short", "x".repeat(129)],
};

/** What `:id` names, by the address that it stands in. */
function ownId({ path }: DescribedOperation): number {
  if (path.startsWith("/groups")) return group;
  if (path.startsWith("/users")) return other.id;
  return path.startsWith("/personal_access_tokens") ? personalToken : project;
}

const valid = (name: string, operation: DescribedOperation): unknown => {
  const own: Record<string, unknown> = {
    id: ownId(operation),
    user_id: other.id,
    token_id: robot.id,
    access_level: 20,
    scopes: operation.path.endsWith("/explain") ? ["registry:catalog:*"] : ["api"],
    name: operation.path.startsWith("/features") ? "resource_access_token" : "fine",
    value: true,
    path: "fine",
    username: "fine",
    email: "fine@example.com",
    password: "a fine password",
    refresh_token_id: 1,
    branch: "main",
    tag_name: "v1",
    sha: "main",
    file_path: "README.md",
    title: "fine",
    key: newPublicKey(),
  };
  return own[name];
};

function send(operation: DescribedOperation, values: ReadonlyMap<Parameter, unknown>): Promise<ApiAnswer> {
  let path = operation.path;
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [{ name, in: where }, value] of values) {
    if (where === "path") path = path.replace(`{${name}}`, encodeURIComponent(text(value)));
    else if (where === "body") body[name] = value;
    else if (value !== undefined) query.set(name, text(value));
  }
  const hasBody = operation.method === "POST" || operation.method === "PUT";
  const caller = operation.path.includes("/self") ? robot.client : service.root;
  return caller.call(operation.method, `${path}${query.size > 0 ? `?${query}` : ""}`, hasBody ? body : undefined);
}

const text = (value: unknown) => (typeof value === "string" ? value : String(JSON.stringify(value)));

/** What is wrong with the refusal of one value of one parameter. */
async function complaints(operation: DescribedOperation, parameter: Parameter, value: unknown): Promise<string[]> {
  // One of two is demanded of whoever has something explained.
  const isNeeded = ({ name, required: isDemanded }: Parameter) =>
    isDemanded || (name === "token_id" && parameter.name !== "user_id");
  const required = operation.parameters.filter(isNeeded);
  const values = new Map(required.map((each) => [each, valid(each.name, operation)]));
  values.set(parameter, value);
  const answer = await send(operation, values);
  const shown = String(JSON.stringify(value)).slice(0, 40);
  const complain = (what: string) => [`${operation.id} ${parameter.name}=${shown}: ${answer.status} ${what}`];
  if (answer.status < 400 || answer.status >= 500) return complain(JSON.stringify(answer.body ?? "").slice(0, 80));
  if (operation.problems(answer).length > 0) return complain(`undescribed ${JSON.stringify(answer.body)}`);
  // A path that names nothing is not found; all else is named.
  if (parameter.in === "path" && answer.status === 404) return [];
  const message: string = answer.body.error ?? answer.body.message;
  return answer.status === 400 && message.includes(parameter.name) ? [] : complain(message);
}

/** One that may be empty has a second form. */
const isText = ({ schema, in: where }: Parameter) =>
  where !== "body" && (schema.type === "string" || schema.anyOf?.[0]?.type === "string");

describe("every parameter of every operation", () => {
  it("refuses what it cannot be with a 4xx in JSON that names it", async () => {
    const found: string[] = [];
    for (const operation of operations) {
      for (const parameter of operation.parameters) {
        const kinds = wrongValues(parameter.schema);
        // In an address everything is text: a number or a list there is a text like any other.
        const values = isText(parameter) && parameter.schema.enum === undefined ? kinds.slice(0, 2) : kinds;
        for (const value of [...values, ...(WRONG_BY_NAME[parameter.name] ?? [])]) {
          if (accepts(operation, parameter, value)) continue;
          found.push(...(await complaints(operation, parameter, value)));
        }
      }
    }
    expect(found).toEqual([]);
  }, 120_000);

  it("is named when it is missing and required", async () => {
    const found: string[] = [];
    for (const operation of operations) {
      for (const parameter of operation.parameters.filter((each) => each.in === "body" && each.required)) {
        found.push(...(await complaints(operation, parameter, undefined)));
      }
    }
    expect(found).toEqual([]);
  });

  it("takes harmless text as it is, whatever it looks like, and gives it back as it was", async () => {
    const texts = ["Robert'); DROP TABLE users;--", "<script>alert(1)</script>", "%_\\", "名前 🦭", "$(x) {{y}}"];
    for (const name of texts) {
      const created = await owner.client.post(`/projects/${project}/access_tokens`, {
        name,
        description: name,
        scopes: ["read_api"],
      });
      expect(created).toMatchObject({ status: 201, body: { name, description: name } });
      const found = await owner.client.get(`/projects/${project}/access_tokens?search=${encodeURIComponent(name)}`);
      expect(found.body.map(({ id }: { id: number }) => id)).toEqual([created.body.id]);
    }
  });
});

/** The few values of the tables above that are right for one parameter. */
function accepts({ path }: DescribedOperation, { name, in: where, schema }: Parameter, value: unknown): boolean {
  // A search for nothing finds everything; so does a member's.
  if ((name === "search" || name === "query") && value === "") return true;
  // No grace at all.
  if (name === "grace_period" && value === 0) return true;
  // What a path or a name must be to be made is no matter where it is looked for.
  // An address without its last segment is another's.
  if (where === "path" && value === "") return true;
  if (where === "path" || path.startsWith("/features")) return WRONG_BY_NAME[name]?.includes(value) === true;
  if (where === "query" && name === "username") return value !== "" && typeof value === "string" && value.length > 255;
  // The path of a file may be nearly any text.
  if (path.includes("/repository/") && name === "path") return value !== "..";
  // Nothing is asked of a registry by whoever only signs in.
  if (path.endsWith("/explain") && name === "scopes" && Array.isArray(value) && value.length === 0) return true;
  // A flag takes 0 and 1, a list one value that is a text.
  if (schema.type === "boolean" && (value === 0 || value === 1)) return true;
  return false;
}

describe("bodies", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
    fetch(`${service.url}/api/v4/projects/${project}/access_tokens`, {
      method: "POST",
      headers: { "PRIVATE-TOKEN": owner.secret, "Content-Type": type },
      body,
    });

  it.each([
    ["that is no JSON", '{"name": ', "application/json", 400],
    ["that is a list", "[]", "application/json", 400],
    ["that is a text", '"x"', "application/json", 400],
    ["of another type", "<x/>", "application/xml", 415],
    ["that is too large", JSON.stringify({ name: "x".repeat(1_100_000) }), "application/json", 413],
    ["that is too large a form", `name=${"x".repeat(1_100_000)}`, "application/x-www-form-urlencoded", 413],
    ["that is broken multipart", "no boundary here", "multipart/form-data; boundary=x", 400],
    ["that is too large a multipart", "x".repeat(1_100_000), "multipart/form-data; boundary=x", 413],
  ])("%s are refused in JSON", async (_, body, type, status) => {
    const answer = await post(body, type);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });

  it.each([
    ["application/json", '{"scopes":["api"],"name":"', '"}'],
    ["application/x-www-form-urlencoded", "scopes[]=api&name=", ""],
  ])("of bytes that are no UTF-8 are refused: %s", async (type, before, after) => {
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xfe]), Buffer.from(after)]);
    const answer = await post(new Uint8Array(bytes), type);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringContaining("name") });
  });

  it.each(["%FF", "%00", "a%00b", "%C3%28"])("in the address, %s is refused", async (bytes) => {
    const path = await fetch(`${service.url}/api/v4/projects/${bytes}`, { headers: { "PRIVATE-TOKEN": owner.secret } });
    expect([400, 404]).toContain(path.status);
    const query = await fetch(`${service.url}/api/v4/projects?search=${bytes}`, {
      headers: { "PRIVATE-TOKEN": owner.secret },
    });
    expect(query.status).toBe(400);
    expect(await query.json()).toEqual({ error: expect.stringContaining("search") });
  });

  it("may be forms and multipart forms, with lists in brackets", async () => {
    const form = await post("name=x&scopes[]=api&scopes[]=read_registry", "application/x-www-form-urlencoded");
    expect(await form.json()).toMatchObject({ scopes: ["api", "read_registry"] });
    const data = new FormData();
    data.append("name", "multi");
    data.append("scopes[]", "api");
    data.append("scopes[]", "read_registry");
    data.append("avatar", new Blob(["x"]), "avatar.png");
    const answer = await fetch(`${service.url}/api/v4/projects/${project}/access_tokens`, {
      method: "POST",
      headers: { "PRIVATE-TOKEN": owner.secret },
      body: data,
    });
    expect(await answer.json()).toMatchObject({ name: "multi", scopes: ["api", "read_registry"] });
  });
});
