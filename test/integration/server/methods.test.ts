import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DescribedOperation, readDescription } from "../../support/openapi.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createGroup, createProject, createUser, type User } from "../../support/world.ts";

let service: TestService;
let operations: DescribedOperation[];
let stranger: User;

beforeAll(async () => {
  service = await startTestService();
  operations = await readDescription(service.root);
  stranger = await createUser(service, "sam");
  await createProject(service, await createGroup(service, "team"), "hidden");
});
afterAll(() => service.stop());

/** Sends a request line as it is, which `fetch` would refuse to for some methods. */
async function send(
  method: string,
  path: string,
): Promise<{ status: number; allow: string | undefined; text: string }> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(answer.slice(9, 12)), allow: /^allow: (.*)\r$/im.exec(answer)?.[1], text: answer };
}

describe("a method that an address does not have", () => {
  it("is 405 at every address of the API, with the methods that the description has", async () => {
    const wrong: unknown[] = [];
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const own = operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const allow = [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort().join(", ");
      const address = `/api/v4${path.replaceAll(/\{\w+\}/g, "1")}`;
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"].filter((each) => !own.includes(each))) {
        const answer = await send(method, address);
        if (answer.status !== 405 || answer.allow !== allow) wrong.push([method, address, answer.status, answer.allow]);
        if (!answer.text.endsWith('{"error":"405 Not Allowed"}')) wrong.push(answer.text);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ["PUT", "/jwt/auth", "GET, HEAD, OPTIONS, POST"],
    ["DELETE", "/jwt/jwks.json", "GET, HEAD, OPTIONS"],
    ["POST", "/-/readiness", "GET, HEAD, OPTIONS"],
  ])("is 405: %s %s", async (method, path, allow) => {
    expect(await send(method, path)).toMatchObject({ status: 405, allow });
  });

  it.each([
    ["BREW", "a method that HTTP does not know", 501],
    ["x(y)", "what is no method", 400],
  ])("%s: %s", async (method, _what, status) => {
    expect(await send(method, "/api/v4/version")).toMatchObject({ status });
  });

  it("is answered alike for what is hidden, what does not exist, and what one sees", async () => {
    const answers = await Promise.all(
      ["team%2Fhidden", "team%2Fnowhere"].flatMap((project) =>
        [stranger.client, service.root, service.as(undefined)].map((client) =>
          client.call("PATCH", `/projects/${project}`),
        ),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]?.status).toBe(405);
  });

  it("is told by OPTIONS", async () => {
    expect(await send("OPTIONS", "/api/v4/projects")).toMatchObject({ status: 204, allow: "GET, HEAD, OPTIONS, POST" });
  });

  it("is 501 where nobody knows it, 404 where there is no such address", async () => {
    expect(await send("PROPFIND", "/api/v4/projects")).toMatchObject({ status: 501, allow: undefined });
    expect(await send("PATCH", "/api/v4/nonsense")).toMatchObject({ status: 404, allow: undefined });
    // There is no secret for notifications here.
    expect(await send("PUT", "/registry/notifications")).toMatchObject({ status: 404, allow: undefined });
  });
});
