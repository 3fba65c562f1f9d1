import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { readTokenAnswer, requestToken } from "../../support/token-request.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const LEAKS = /node_modules|\.ts\b|\bat \w+ \(|select |insert |postgres|pglite|sql/i;

const withQuery = async (query: string) =>
  await readTokenAnswer(service, await fetch(`${service.url}/jwt/auth?${query}`));

/** An error as Docker and OAuth clients read it. */
const failure = (message: unknown) => ({
  errors: [{ code: expect.stringMatching(/^[A-Z]+$/), message }],
  error: expect.stringMatching(/^[a-z_]+$/),
  error_description: message,
});

describe("GET /jwt/auth", () => {
  it.each([
    ["a malformed scope", { scopes: ["nonsense"] }, /^scope is invalid: "nonsense"/],
    [
      "a repository name with ..",
      { scopes: ["repository:team/../app:pull"] },
      /^scope is invalid: "repository:team\/\.\.\/app:pull"/,
    ],
    ["a repository name in upper case", { scopes: ["repository:Team/App:pull"] }, /lower-case/],
    ["NUL in a scope", { scopes: ["repository:team/a\0:pull"] }, /^scope is invalid/],
    [
      "200 scopes in one value",
      { scopes: [Array.from({ length: 200 }, () => "repository:a/b:pull").join(" ")] },
      /200 scopes are too many: at most 100/,
    ],
    [
      "200 scopes in 200 values",
      { scopes: Array.from({ length: 200 }, () => "repository:a/b:pull") },
      /200 scopes are too many: at most 100/,
    ],
    ["an unknown service", { service: "other" }, /^service is invalid: "other".*REGISTRY_SERVICE/],
    ["no service", { service: null }, /^service is missing/],
    ["an empty service", { service: "" }, /^service is invalid: ""/],
    [
      "a query of 64 KiB",
      { scopes: [`repository:${"a".repeat(64 * 1024)}:pull`] },
      /^query is too long \(maximum is 65536 bytes\)/,
    ],
  ])("answers 400 for %s and says so", async (_what, question, message) => {
    const { status, body, text: raw, headers } = await requestToken(service, question);
    expect(status).toBe(400);
    expect(body).toEqual(failure(expect.stringMatching(message)));
    expect(raw).not.toMatch(LEAKS);
    expect(raw.length).toBeLessThan(2000);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("reads 100 scopes", async () => {
    const scopes = Array.from({ length: 100 }, (_, index) => `repository:team/app${index}:pull`);
    expect((await requestToken(service, { scopes })).status).toBe(200);
  });

  it("ignores parameters that it does not know", async () => {
    const { status } = await withQuery(
      "service=container_registry&account=ann&client_id=docker&offline_token=true&x=%00",
    );
    expect(status).toBe(200);
  });

  it("takes account for a hint, never for an identity", async () => {
    expect((await withQuery("service=container_registry&account=root")).claims.sub).toBe("");
  });

  it.each(["Basic", "Basic !!!", "Basic Z2FyYmFnZQ==", "Basic /////w==", "Bearer abc", "Negotiate x", "garbage"])(
    "answers 401 with a challenge for the header %j",
    async (authorization) => {
      const { status, headers, body, text: raw } = await requestToken(service, { authorization });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toMatch(/^Basic realm="/);
      expect(body).toEqual(failure(expect.stringMatching(/Basic/)));
      expect(raw).not.toMatch(LEAKS);
    },
  );

  it("looks at the service before the credentials, so that a wrong registry is no password oracle", async () => {
    const right = await requestToken(service, { username: "root", password: ROOT_PASSWORD, service: "other" });
    const wrong = await requestToken(service, { username: "root", password: "wrong password", service: "other" });
    expect([right.status, right.text]).toEqual([wrong.status, wrong.text]);
  });
});
