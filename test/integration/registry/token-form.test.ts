import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { type Form, postBody, postForm } from "../../support/token-form.ts";
import { createUser, type User } from "../../support/world.ts";

let service: TestService;
let ann: User;
let grant: Form;
beforeAll(async () => {
  service = await startTestService();
  ann = await createUser(service, "ann", { scopes: ["read_registry"], admin: true });
  grant = { grant_type: "password", username: "ann", password: ann.secret };
});
afterAll(() => service.stop());

const FORM = "application/x-www-form-urlencoded";
const written = (form: Form) =>
  Object.entries({ service: "container_registry", ...form })
    .map(([name, value]) => `${name}=${String(value)}`)
    .join("&");

describe("POST /jwt/auth", () => {
  it.each([FORM, `${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, FORM.toUpperCase()])(
    "reads a form of the type %j",
    async (type) => {
      expect(await postBody(service, written(grant), { "content-type": type })).toMatchObject({ status: 200 });
    },
  );

  it.each([
    ["no grant_type", { grant_type: undefined }, "invalid_request", /^grant_type is missing$/],
    ["an empty grant_type", { grant_type: "" }, "invalid_request", /^grant_type is missing$/],
    ["authorization_code", { grant_type: "authorization_code" }, "unsupported_grant_type", /"authorization_code"/],
    ["Password", { grant_type: "Password" }, "unsupported_grant_type", /send password or refresh_token/],
    ["two grant_types", { grant_type: ["password", "refresh_token"] }, "invalid_request", /grant_type is given more/],
    ["no username", { username: undefined }, "invalid_request", /^username is missing$/],
    ["no password", { password: undefined }, "invalid_request", /^password is missing$/],
    ["an empty password", { password: "" }, "invalid_request", /^password is missing$/],
    ["two passwords", { password: ["one", "two"] }, "invalid_request", /password is given more than once/],
    ["two usernames", { username: ["ann", "bob"] }, "invalid_request", /username is given more than once/],
    ["no service", { service: undefined }, "invalid_request", /^service is missing/],
    ["two services", { service: ["container_registry", "x"] }, "invalid_request", /service is given more than once/],
    ["no refresh_token", { grant_type: "refresh_token" }, "invalid_request", /^refresh_token is missing$/],
    ["a form of more than 64 KiB", { padding: "x".repeat(64 * 1024) }, "invalid_request", /^form is too long/],
  ])("answers 400 to %s", async (_what, form: Form, error, message) => {
    const { status, body } = await postForm(service, { ...grant, ...form });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [{ code: "UNSUPPORTED", message: expect.stringMatching(message) }],
        error,
        error_description: expect.stringMatching(message),
      },
    });
  });

  it.each([
    ["a % that escapes nothing", "grant_type=%zz", {}],
    ["an escape of what is not UTF-8", "username=%ff", {}],
    ["a byte of what is not UTF-8", new Uint8Array([0x61, 0x3d, 0xff]), {}],
    ["JSON", "{}", { "content-type": "application/json" }],
    ["a multipart form", "--x--", { "content-type": "multipart/form-data; boundary=x" }],
    ["another charset", "a=b", { "content-type": `${FORM}; charset=iso-8859-1` }],
    ["a compressed form", "a=b", { "content-encoding": "gzip" }],
  ])("answers 400 to %s", async (_what, body, headers) => {
    const { status, body: answer } = await postBody(service, body, { "content-type": FORM, ...headers });
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: "invalid_request", error_description: expect.stringMatching(/form|body/) });
  });

  it("answers 400 to no body at all", async () => {
    const response = await fetch(`${service.url}/jwt/auth`, { method: "POST" });
    expect(response.status).toBe(400);
  });

  it("reads a form of 64 KiB", async () => {
    const short = written({ ...grant, padding: "" });
    const body = short + "x".repeat(64 * 1024 - short.length);
    expect(await postBody(service, body)).toMatchObject({ status: 200 });
  });

  it("reads a password as it was typed: spaces, signs and letters of any script", async () => {
    const account = { username: "zoe", name: "Zoë", email: "zoe@example.com", password: "päss w+rd&=%:ключ" };
    const { status } = await service.root.post("/users", account);
    expect(status).toBe(201);
    const form = { grant_type: "password", username: "zoe", password: account.password };
    expect((await postForm(service, form)).claims.sub).toBe("zoe");
    const raw = `service=container_registry&grant_type=password&username=zoe&password=päss w%2Brd%26%3D%25:ключ`;
    expect((await postBody(service, raw)).claims.sub).toBe("zoe");
  });

  it("ignores the username beside an access token, and parameters that it does not know", async () => {
    const form = { ...grant, username: "somebody-else", client_id: "containerd-client", audience: "x", resource: "y" };
    expect((await postForm(service, form)).claims.sub).toBe("ann");
  });

  it("refuses credentials in a header beside those in the form, even the same", async () => {
    const authorization = `Basic ${Buffer.from(`ann:${ann.secret}`).toString("base64")}`;
    const { status, body } = await postForm(service, grant, { authorization });
    expect(status).toBe(400);
    expect(body["error_description"]).toMatch(/^Authorization is not read with a form/);
  });

  it("takes a header of empty user and password for none, as some clients say anonymous", async () => {
    expect(await postForm(service, grant, { authorization: "Basic Og==" })).toMatchObject({ status: 200 });
  });

  it("says in scope what is granted, in words a client can send again", async () => {
    const scope = ["repository:a/b:pull registry:catalog:*", "repository:ann/none:push"];
    const { body } = await postForm(service, { ...grant, scope });
    expect(body["scope"]).toBe("registry:catalog:*");
    expect((await postForm(service, grant)).body["scope"]).toBe("");
  });

  it("answers with a trailing slash too", async () => {
    const response = await fetch(`${service.url}/jwt/auth/`, {
      method: "POST",
      body: new URLSearchParams(written(grant)),
      redirect: "manual",
    });
    expect(response.status).toBe(200);
  });

  it("keeps secrets of forms out of the log", async () => {
    await postForm(service, grant);
    await postForm(service, { ...grant, password: "kspat-wrong-secret" });
    const log = service.logLines.join("");
    expect(log).toContain("/jwt/auth");
    expect(log).not.toContain(ann.secret);
    expect(log).not.toContain("kspat-wrong-secret");
  });
});

describe("a slow or endless client", () => {
  let hasty: TestService;
  beforeAll(async () => {
    hasty = await startTestService({ environment: { KEYSIDE_REQUEST_TIMEOUT: "1" } });
  });
  afterAll(() => hasty.stop());

  const open = async () => {
    const socket = connect(Number(new URL(hasty.url).port), "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };

  it.each([
    ["headers", "POST /jwt/auth HTTP/1.1\r\nHost: x\r\n"],
    ["a body", `POST /jwt/auth HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 10\r\n\r\na=`],
  ])("that does not finish %s within KEYSIDE_REQUEST_TIMEOUT is cut off with 408", async (_what, start) => {
    const socket = await open();
    socket.write(start);
    expect(await text(socket)).toBe("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });

  it("that does not finish a body is logged, as one is that broke it off", async () => {
    const socket = await open();
    socket.write(`POST /jwt/auth/ HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 10\r\n\r\na=`);
    await text(socket);
    const logged = () => hasty.logLines.map((line) => JSON.parse(line)).filter(({ path }) => path === "/jwt/auth/");
    await vi.waitFor(() => expect(logged()).toMatchObject([{ level: 30, msg: "request", status: 400 }]), {
      timeout: 60_000,
    });
  });

  it("that expects what no server knows is refused, and the connection closed", async () => {
    const socket = await open();
    socket.write("POST /jwt/auth HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 10\r\n\r\na=");
    const answers = (await text(socket)).split("HTTP/1.1 ");
    expect(answers).toEqual(["", expect.stringMatching(/^417 (?:.*\r\n)*?connection: close\r\n/i)]);
  });

  it("that says nothing at all is cut off", async () => {
    const socket = await open();
    socket.resume();
    await once(socket, "close");
    expect(socket.destroyed).toBe(true);
  });

  it("that sends more than is read is answered while it sends, and the connection closed", async () => {
    const socket = await open();
    const head = `POST /jwt/auth HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const piece = "x".repeat(0x8000);
    socket.write(head + `8000\r\n${piece}\r\n`.repeat(3));
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/^connection: close\r$/im);
  });
});
