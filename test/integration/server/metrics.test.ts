import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { requestToken } from "../../support/token-request.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
});
afterAll(() => service.stop());

/** The value of a sample, such as `name{label="x"}`. */
async function sample(name: string, on = service): Promise<number | undefined> {
  const page = await (await fetch(`${on.url}/-/metrics`)).text();
  const line = page.split("\n").find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

describe("GET /-/metrics", () => {
  it("counts token requests by grant and outcome, and times them", async () => {
    await requestToken(service);
    await requestToken(service, { username: "root", password: ROOT_PASSWORD });
    await requestToken(service, { username: "root", password: "wrong password" });
    await requestToken(service, { service: "other" });
    await postForm(service, { grant_type: "password", username: "root", password: ROOT_PASSWORD });
    await postForm(service, { grant_type: "nonsense" });
    const samples = [
      ["anonymous", "issued"],
      ["basic", "issued"],
      ["basic", "unauthorized"],
      ["anonymous", "invalid"],
      ["password", "issued"],
      ["unreadable", "invalid"],
    ].map(([grant, outcome]) => `keyside_token_requests_total{grant="${grant}",outcome="${outcome}"}`);
    expect(await Promise.all(samples.map((name) => sample(name)))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await sample('keyside_token_request_duration_seconds_count{grant="basic"}')).toBe(2);
    expect(await sample('keyside_authentication_failures_total{event="counted"}')).toBe(1);
  });

  it("tells when the signing key and the CA end, and of the database's connections and the process", async () => {
    const { signingKeys } = service.container;
    expect(await sample("keyside_signing_key_expiry_timestamp_seconds")).toBe(
      signingKeys.current().notAfter.getTime() / 1000,
    );
    expect(await sample("keyside_ca_expiry_timestamp_seconds")).toBe(signingKeys.caNotAfter.getTime() / 1000);
    for (const name of ["total", "idle", "waiting"]) {
      expect(await sample(`keyside_database_pool_${name}`)).toBeGreaterThanOrEqual(0);
    }
    expect(await sample("process_resident_memory_bytes")).toBeGreaterThan(0);
  });

  it("is in Prometheus' format, and each service counts for itself", async () => {
    const { headers } = await fetch(`${service.url}/-/metrics`);
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const other = await startTestService();
    expect(await sample('keyside_token_requests_total{grant="anonymous",outcome="issued"}', other)).toBeUndefined();
    await other.stop();
  });

  it("answers this machine alone, unless KEYSIDE_METRICS_CLIENTS names others", async () => {
    const from = async (address: string, on = service) =>
      (await fetch(`${on.url}/-/metrics`, { headers: { "x-forwarded-for": address } })).status;
    expect(await from("203.0.113.7")).toBe(404);
    expect(await from("127.0.0.1")).toBe(200);
    const environment = { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1", KEYSIDE_METRICS_CLIENTS: "203.0.113.0/24" };
    const open = await startTestService({ environment });
    expect([await from("203.0.113.7", open), await from("127.0.0.1", open)]).toEqual([200, 404]);
    await open.stop();
  });
});
