import { createPublicKey, type JsonWebKey } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import jsonwebtoken from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** Not by fetch, which forbids caches on its way whenever a condition is set. */
async function statusOf(headers: Record<string, string>): Promise<number | undefined> {
  const request = get(`${service.url}/jwt/jwks.json`, { headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe("GET /jwt/jwks.json", () => {
  it("has the key that verifies tokens, by both its ids, and never a private part", async () => {
    const response = await fetch(`${service.url}/jwt/jwks.json`);
    const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] };
    const { keyId, thumbprint } = service.container.signingKeys.current();
    expect(keys.map(({ kid }) => kid)).toEqual([keyId, thumbprint]);
    const { body } = await requestToken(service);
    for (const key of keys) {
      expect(key).not.toHaveProperty("d");
      const publicKey = createPublicKey({ key, format: "jwk" });
      expect(() => jsonwebtoken.verify(String(body["token"]), publicKey, { ignoreExpiration: true })).not.toThrow();
    }
  });

  it("may be kept for five minutes, and is answered 304 until the key is rotated", async () => {
    const response = await fetch(`${service.url}/jwt/jwks.json`);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    const headers = { "if-none-match": response.headers.get("etag") ?? "" };
    expect(await statusOf(headers)).toBe(304);
    await service.container.signingKeys.rotate();
    expect(await statusOf(headers)).toBe(200);
  });
});
