import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { createUser, type User } from "../../support/world.ts";

const NOTIFICATION_SECRET = "Bearer of notifications";

let service: TestService;
let reader: User;

beforeAll(async () => {
  service = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: NOTIFICATION_SECRET } });
  reader = await createUser(service, "rita", { scopes: ["read_api"] });
});
afterAll(() => service.stop());

const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=x";

const part = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const multipart = (...parts: string[]) => `${parts.join("")}--x--\r\n`;
const makeGroup = (body: string, type: string) => service.root.call("POST", "/groups", body, { "Content-Type": type });

describe("a body of very many parameters", () => {
  const wanted = [part("name", "Many"), part("path", "many-parts")];
  const fill = (count: number) => Array.from({ length: count }, () => part("a[]", ""));

  it("is refused as a multipart form of 1,001 parts, and of as many as a megabyte holds", async () => {
    const error = expect.stringMatching(/^the request body has too many fields/);
    expect(await makeGroup(multipart(...wanted, ...fill(999)), MULTIPART)).toMatchObject({
      status: 400,
      body: { error },
    });
    expect(await makeGroup(multipart(...fill(19_000)), MULTIPART)).toMatchObject({ status: 400, body: { error } });
  });

  it("is read as a multipart form of 1,000 parts", async () => {
    expect(await makeGroup(multipart(...wanted, ...fill(998)), MULTIPART)).toMatchObject({ status: 201 });
  });

  it("is refused as a form of 1,001 pairs, not read in part", async () => {
    const form = "name=Many&path=many-pairs";
    const answer = await makeGroup(`${"a&".repeat(999)}${form}`, FORM);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining("too many fields") } });
    expect(await makeGroup("a&".repeat(500_000), FORM)).toMatchObject({ status: 400 });
    expect(await makeGroup(`${"a&".repeat(998)}${form}`, FORM)).toMatchObject({ status: 201 });
  });

  it("does not get around the limit by files", async () => {
    const file = `--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n`;
    expect(await makeGroup(multipart(...wanted, file.repeat(999)), MULTIPART)).toMatchObject({ status: 400 });
  });
});

describe("a form with brackets in its names", () => {
  it("has a list where one name is repeated, and nothing nested", async () => {
    const token = (scopes: string) =>
      service.root.call("POST", "/user/personal_access_tokens", `name=x&${scopes}`, {
        "Content-Type": FORM,
      });
    expect((await token("scopes[]=api&scopes[]=read_api")).body.scopes).toEqual(["api", "read_api"]);
    expect((await token("scopes=api&scopes=read_api")).body.scopes).toEqual(["api", "read_api"]);
    expect(await token("scopes[0][a]=api")).toMatchObject({ status: 400, body: { error: "scopes is missing" } });
    expect(await token(`scopes${"[a]".repeat(300_000)}=api`)).toMatchObject({ status: 400 });
    expect(await token("scopes=api&name=y")).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^name /) },
    });
  });
});

describe("deep JSON", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const group = (path: string, value: string) =>
    makeGroup(`{"name":"Deep","path":"${path}","other":${value}}`, JSON_TYPE);
  const tooDeep = { status: 400, body: { error: expect.stringContaining("nested too deep") } };

  it("is read to 64 levels, refused from 65 on", async () => {
    expect(await group("deep", nested(63))).toMatchObject({ status: 201 });
    expect(await group("deeper", nested(64))).toMatchObject(tooDeep);
  });

  it("is refused where a parameter stands, without an end of the stack", async () => {
    for (const levels of [64, 10_000, 500_000]) {
      expect(await makeGroup(`{"path":"x","name":${nested(levels)}}`, JSON_TYPE)).toMatchObject(tooDeep);
    }
    const objects = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    expect(await makeGroup(objects, JSON_TYPE)).toMatchObject(tooDeep);
  });
});

const asReader = () => `PRIVATE-TOKEN: ${reader.secret}`;

/** A new personal access token of the administrator's. */
async function operatorToken(): Promise<string> {
  return (await service.root.post("/user/personal_access_tokens", { name: "own", scopes: ["api"] })).body.token;
}

/** Sends a request's head and the beginning of a body, and waits for the answer and for the end of the connection. */
async function answerToUnfinished(head: readonly string[], beginning = ""): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(`${[...head, "Host: x"].join("\r\n")}\r\n\r\n${beginning}`);
  return await text(socket);
}

describe("a body that nobody reads", () => {
  it.each([
    [MULTIPART, multipart(part("a", "").repeat(2000))],
    [MULTIPART, "no multipart at all"],
    [JSON_TYPE, "{nonsense"],
    ["application/xml", "<x/>"],
  ])("is not looked at where the call has none: %s", async (type, body) => {
    const operator = service.as(await operatorToken());
    const call = (method: string, path: string) => operator.call(method, path, body, { "Content-Type": type });
    expect(await call("POST", `/users/${reader.id}/unblock`)).toMatchObject({ status: 201 });
    expect(await call("DELETE", "/personal_access_tokens/self")).toMatchObject({ status: 204 });
  });

  it("does not delay the answer while it comes in", async () => {
    const head = ["GET /api/v4/user HTTP/1.1", asReader(), `Content-Type: ${MULTIPART}`, "Content-Length: 1000000"];
    expect(await answerToUnfinished(head, "--x")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("a body without an end is answered, and its connection closed", () => {
  const megabyte = "a".repeat(1024 * 1024 + 1);
  const chunked = `${megabyte.length.toString(16)}\r\n${megabyte}\r\n`;
  const endless = "Transfer-Encoding: chunked";
  it.each([
    ["where the call has no body", () => ["GET /api/v4/user HTTP/1.1", asReader(), endless], 200],
    ["without credentials", () => ["POST /api/v4/groups HTTP/1.1", endless], 401],
    ["at no address of ours", () => ["POST /nowhere HTTP/1.1", endless], 404],
    ["to the token endpoint", () => ["POST /jwt/auth HTTP/1.1", `Content-Type: ${FORM}`, endless], 400],
    [
      "as a notification",
      () => ["POST /registry/notifications HTTP/1.1", `Authorization: ${NOTIFICATION_SECRET}`, endless],
      200,
    ],
  ])("%s", async (_where, head, status) => {
    const answer = await answerToUnfinished(head(), chunked);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it.each([MULTIPART, JSON_TYPE, FORM])("as %s", async (type) => {
    const token = `PRIVATE-TOKEN: ${await operatorToken()}`;
    const head = ["POST /api/v4/groups HTTP/1.1", token, `Content-Type: ${type}`, endless];
    const answer = await answerToUnfinished(head, chunked);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it("but a body that came in whole leaves the connection open", async () => {
    const answer = await makeGroup("nonsense", JSON_TYPE);
    expect([answer.status, answer.headers.get("connection")]).toEqual([400, "keep-alive"]);
  });
});
