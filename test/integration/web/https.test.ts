import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { setCookieOf, WebClient } from "../../support/web-client.ts";
import { createUserWithPassword } from "../../support/world.ts";

const URL_FOR_CLIENTS = "https://keyside.example.com/base";

let service: TestService;
let user: { username: string; password: string };
beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_URL: URL_FOR_CLIENTS } });
  const { username, password } = await createUserWithPassword(service, "ann");
  user = { username, password };
});
afterAll(() => service.stop());

const FROM_OUR_PAGE = { Origin: "https://keyside.example.com", Host: "keyside.example.com" };

describe("where KEYSIDE_URL is one of https, behind a proxy that ends TLS", () => {
  it("the session's cookie goes by https alone, to this very host", async () => {
    const client = new WebClient(service.url);
    const answer = await client.post("/-/sign_in", user, FROM_OUR_PAGE);
    const properties = setCookieOf(answer, "__Host-keyside") ?? [];
    expect(properties.filter((each) => !each.startsWith("expires="))).toEqual([
      "path=/",
      "samesite=lax",
      "secure",
      "httponly",
    ]);
    expect(setCookieOf(answer, "keyside")).toBeUndefined();
    expect((await client.get("/-/user_settings/profile")).status).toBe(200);
  });

  it("a cookie of the name that http has, which another host could set, signs nobody in", async () => {
    const client = new WebClient(service.url);
    await client.post("/-/sign_in", user, FROM_OUR_PAGE);
    const other = new WebClient(service.url);
    other.setCookie("keyside", client.cookie("__Host-keyside") ?? "");
    expect((await other.get("/-/user_settings/profile")).status).toBe(303);
  });

  it("all other cookies go by https alone too", async () => {
    const client = new WebClient(service.url);
    await client.post("/-/sign_in", user, FROM_OUR_PAGE);
    const theme = await client.post("/-/user_settings/theme", { theme: "dark" }, FROM_OUR_PAGE);
    expect(setCookieOf(theme, "keyside_theme")).toContain("secure");
    const signedOut = await client.post("/-/sign_out", {}, FROM_OUR_PAGE);
    for (const line of signedOut.headers["set-cookie"] ?? []) expect(line).toContain("; secure; httponly");
  });

  it("browsers are told to stay with https", async () => {
    const { headers } = await new WebClient(service.url).get("/-/sign_in");
    expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
  });

  it("a path of KEYSIDE_URL, which the proxy takes away, is in every address", async () => {
    const client = new WebClient(service.url);
    const { html } = await client.get("/-/sign_in");
    const addresses = Array.from(html.matchAll(/ (?:href|action|src)="([^"]*)"/g), ([, address]) => address);
    expect(addresses.filter((address) => !address?.startsWith("/base/"))).toEqual(["#main"]);
    const { location } = await client.get("/-/user_settings/profile");
    expect(location).toBe("/base/-/sign_in?return_to=%2F-%2Fuser_settings%2Fprofile");
    const answer = await client.post("/-/sign_in", { ...user, return_to: "/-/user_settings/profile" }, FROM_OUR_PAGE);
    expect(answer.location).toBe("/base/-/user_settings/profile");
  });

  it.each([
    [{ Origin: "https://keyside.example.com", Host: "10.0.0.7:8080" }, 303],
    [{ Origin: "https://evil.example", Host: "keyside.example.com" }, 403],
    [{ Origin: "https://keyside.example.com.evil.example", Host: "keyside.example.com" }, 403],
    [{ Origin: "https://keyside.example.com:8443", Host: "keyside.example.com" }, 403],
  ])("a form is taken from there alone: %o", async (headers, status) => {
    expect((await new WebClient(service.url).post("/-/sign_in", user, headers)).status).toBe(status);
  });
});
