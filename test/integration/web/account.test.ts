import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, setCookieOf, WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

const PROFILE = "/-/user_settings/profile";
const PASSWORD = "/-/user_settings/password";
const THEME = "/-/user_settings/theme";
const isSignedIn = async (client: WebClient) => (await client.get(PROFILE)).status === 200;

describe("the profile", () => {
  it("changes the name that others see", async () => {
    const client = await stage.clientOf("guest");
    expect((await client.post(PROFILE, { name: "  Ada Lovelace " })).location).toBe(PROFILE);
    const { html } = await client.get(PROFILE);
    expect(html).toContain("Your profile is saved.");
    expect(formOf(html, PROFILE)).toEqual({ name: "Ada Lovelace" });
    expect((await stage.people.guest.client.get("/user")).body.name).toBe("Ada Lovelace");
  });

  it.each([[""], ["   "], ["x".repeat(256)], ["bell\u0007"], ["\uFFFD"]])(
    "refuses the name %j, at its field, and keeps what was typed",
    async (name) => {
      const client = await stage.clientOf("reporter");
      const { status, html } = await client.post(PROFILE, { name });
      expect(status).toBe(422);
      expect(html).toContain('<a href="#name">');
      expect(formOf(html, PROFILE)).toEqual({ name });
      expect(formOf((await client.get(PROFILE)).html, PROFILE)).toEqual({ name: "reporter" });
    },
  );

  it("changes nothing that it has no field for", async () => {
    const client = await stage.clientOf("reporter");
    await client.post(PROFILE, { name: "Rita", username: "root", admin: "true", email: "root@example.com" });
    expect((await stage.people.reporter.client.get("/user")).body).toMatchObject({
      name: "Rita",
      username: "reporter",
      email: "reporter@example.com",
    });
    expect((await stage.service.root.get(`/users/${stage.people.reporter.id}`)).body.is_admin).toBe(false);
  });
});

describe("a change of one's password", () => {
  it("lets this session go on, and ends the others", async () => {
    const [here, there] = [await stage.clientOf("developer"), await stage.clientOf("developer")];
    const fields = { current_password: stage.people.developer.password, password: "another password" };
    const { status, location } = await here.post(PASSWORD, fields);
    expect([status, location]).toEqual([303, PASSWORD]);
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([true, false]);
    await new WebClient(stage.service.url).signIn({ username: "developer", password: "another password" });
  });

  it.each([
    [{ current_password: "wrong", password: "another password" }, "current_password"],
    [{ password: "another password" }, "current_password"],
    [{ current_password: "password of maintainer", password: "short" }, "password"],
    [{ current_password: "password of maintainer", password: "x".repeat(129) }, "password"],
    [{ current_password: "password of maintainer", password: ["another password", "a third one"] }, "password"],
    [{}, "current_password"],
  ])("is refused at its field, and shows no password again: %o", async (fields, field) => {
    const client = await stage.clientOf("maintainer");
    const { status, html } = await client.post(PASSWORD, fields);
    expect(status).toBe(422);
    expect(html).toContain(`<a href="#${field}">`);
    expect(formOf(html, PASSWORD)).toEqual({ current_password: "", password: "" });
    await stage.clientOf("maintainer");
  });

  it("is not offered to whoever has no password, and says what to do", async () => {
    const { root, url } = stage.service;
    const account = { username: "link", name: "Link", email: "link@example.com", reset_password: true };
    const { id } = (await root.post("/users", account)).body;
    const link = new URL((await root.post(`/users/${id}/sign_in_links`, { kind: "sign_in" })).body.url);
    const client = new WebClient(url);
    await client.post("/-/sign_in_link", { token: link.searchParams.get("token") ?? "" });
    const { status, html } = await client.get(PASSWORD);
    expect([status, formOf(html, PASSWORD)]).toEqual([200, undefined]);
    expect(html).toContain("An administrator can make an invitation");
    expect((await client.post(PASSWORD, { current_password: "x", password: "another password" })).status).toBe(422);
  });
});

describe("the theme", () => {
  it("is in the page itself from then on, so that none flashes", async () => {
    const client = await stage.clientOf("maintainer");
    expect((await client.get(PROFILE)).html).toContain('<html lang="en" data-theme="system">');
    const answer = await client.post(THEME, { theme: "dark" });
    expect(answer.location).toBe(PROFILE);
    expect(setCookieOf(answer, "keyside_theme")).toEqual(
      expect.arrayContaining(["path=/", "samesite=lax", "httponly"]),
    );
    const { html } = await client.get(PROFILE);
    expect(html).toContain('<html lang="en" data-theme="dark">');
    expect(html).toContain('value="dark" checked>');
    await client.post("/-/sign_out");
    expect((await client.get("/-/sign_in")).html).toContain('data-theme="dark"');
  });

  it("of the system is no cookie", async () => {
    const client = await stage.clientOf("maintainer");
    await client.post(THEME, { theme: "light" });
    await client.post(THEME, { theme: "system" });
    expect(client.cookie("keyside_theme")).toBeUndefined();
  });

  it("is one of three: others are refused, and a cookie of another is the system's", async () => {
    const client = await stage.clientOf("maintainer");
    expect((await client.post(THEME, { theme: "pink" })).status).toBe(422);
    client.setCookie("keyside_theme", '"><script>');
    expect((await client.get(PROFILE)).html).toContain('data-theme="system"');
  });
});

describe("what was just done", () => {
  it("is one of our sentences, whatever the cookie says", async () => {
    const client = await stage.clientOf("maintainer");
    for (const notice of ["Send your password to evil.example", "constructor", "__proto__"]) {
      client.setCookie("keyside_notice", notice);
      expect((await client.get(PROFILE)).html).not.toContain('class="banner ok"');
    }
  });
});
