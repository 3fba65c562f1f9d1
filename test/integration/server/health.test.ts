import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const get = async (path: string) => {
  const response = await fetch(service.url + path);
  return { status: response.status, body: (await response.json()) as unknown };
};

describe("GET /-/liveness", () => {
  it("answers while the process lives", async () => {
    expect(await get("/-/liveness")).toEqual({ status: 200, body: { status: "ok" } });
  });
});

describe("GET /-/readiness", () => {
  it("answers 200 while the database and the signing key serve", async () => {
    expect(await get("/-/readiness")).toEqual({
      status: 200,
      body: { status: "ok", database: "ok", signing_key: "ok" },
    });
  });

  it("warns, and stays ready, while the signing key nears its end; fails when it is there", async () => {
    const aging = await startTestService();
    const ready = async () => {
      const response = await fetch(`${aging.url}/-/readiness`);
      return { status: response.status, body: await response.json() };
    };
    expect((await ready()).body).not.toHaveProperty("warnings");
    aging.clock.advance({ days: 61 });
    expect(await ready()).toMatchObject({ status: 200, body: { status: "ok", warnings: [expect.any(String)] } });
    aging.clock.advance({ days: 30 });
    expect(await ready()).toMatchObject({ status: 503, body: { status: "failed", signing_key: "expired" } });
    await aging.container.signingKeys.refresh();
    expect(await ready()).toEqual({ status: 200, body: { status: "ok", database: "ok", signing_key: "ok" } });
    await aging.stop();
  });
});
