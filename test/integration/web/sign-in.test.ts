import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_WINDOW_SECONDS, MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { formOf, setCookieOf, WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createPersonalAccessToken, createProjectAccessToken } from "../../support/world.ts";

let stage: WebStage;
let right: { username: string; password: string };
beforeAll(async () => {
  stage = await startWebStage({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.0/8" } });
  const { username, password } = stage.people.maintainer;
  right = { username, password };
});
afterAll(() => stage.service.stop());

const newClient = () => new WebClient(stage.service.url);

/** Signs in from an address, so that the failures of one test are not those of another. */
function signInFrom(address: string, fields: Record<string, string>, client = newClient()) {
  return client.post("/-/sign_in", fields, { "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": address });
}

const isSignedIn = async (client: WebClient) => (await client.get("/-/user_settings/profile")).status === 200;

describe("signing in", () => {
  it("leads to the start page, with a cookie that lasts and that no script reads", async () => {
    const client = newClient();
    const answer = await client.post("/-/sign_in", right);
    expect([answer.status, answer.location]).toEqual([303, "/"]);
    const properties = setCookieOf(answer, "keyside") ?? [];
    expect(properties.filter((each) => !each.startsWith("expires="))).toEqual(["path=/", "samesite=lax", "httponly"]);
    expect(properties.find((each) => each.startsWith("expires="))).toBeDefined();
    expect(await isSignedIn(client)).toBe(true);
  });

  it("leads back to where the visitor wanted to go", async () => {
    const client = newClient();
    const wanted = "/-/user_settings/active_sessions?page=2";
    const { location = "" } = await client.get(wanted);
    const form = formOf((await client.get(location)).html, "/-/sign_in");
    expect(form).toEqual({ return_to: wanted, username: "", password: "" });
    expect((await client.post("/-/sign_in", { ...form, ...right })).location).toBe(wanted);
  });

  it("ends the session that the browser had, whosever it was", async () => {
    const client = await stage.clientOf("guest");
    const before = client.copy();
    await client.signIn(right);
    expect([await isSignedIn(client), await isSignedIn(before)]).toEqual([true, false]);
  });

  it("is kept from nobody who was wrong some times before", async () => {
    for (let index = 1; index < MAXIMUM_FAILURES; index += 1) {
      expect((await signInFrom("192.0.2.1", { ...right, password: `guess ${index}` })).status).toBe(422);
    }
    expect((await signInFrom("192.0.2.1", right)).status).toBe(303);
  });
});

describe("return_to", () => {
  const SECRET_OF_NOBODY = "x".repeat(43);
  it.each([
    ["//evil.example"],
    ["/\\evil.example"],
    ["\\\\evil.example"],
    ["/./\\evil.example"],
    ["/.//evil.example"],
    ["/x/..//evil.example"],
    ["/\t/evil.example"],
    ["/\r\n/evil.example"],
    [" //evil.example"],
    ["https://evil.example/"],
    ["https:evil.example"],
    ["http://localhost:8080/"],
    ["javascript:alert(1)"],
    ["java\nscript:alert(1)"],
    ["data:text/html,x"],
    ["-/user_settings/profile"],
    [""],
    [`/${"x".repeat(2000)}`],
    ["/-/sign_out"],
    ["/-/sign_in?return_to=/"],
    [`/-/sign_in_link?token=${SECRET_OF_NOBODY}`],
  ])("of %j is dropped", async (returnTo) => {
    expect((await newClient().post("/-/sign_in", { ...right, return_to: returnTo })).location).toBe("/");
    const client = await stage.clientOf("guest");
    expect((await client.get(`/-/sign_in?return_to=${encodeURIComponent(returnTo)}`)).location).toBe("/");
  });

  it.each([
    ["/%2f..", "/%2f.."],
    ["/%5cevil.example", "/%5cevil.example"],
    ["/@evil.example", "/@evil.example"],
    ["/team/app/-/settings?a=//evil.example", "/team/app/-/settings?a=//evil.example"],
    ["/a/../b#fragment", "/b"],
    ["/x\r\nSet-Cookie: a=b", "/xSet-Cookie:%20a=b"],
    ["/ä", "/%C3%A4"],
  ])("of %j leads to a path of ours", async (returnTo, location) => {
    const answer = await newClient().post("/-/sign_in", { ...right, return_to: returnTo });
    expect(answer.location).toBe(location);
    expect(new URL(location, "http://keyside.test").host).toBe("keyside.test");
    expect(answer.headers["set-cookie"]).toHaveLength(1);
  });

  it("that is given twice is dropped, and signs in all the same", async () => {
    const answer = await newClient().post("/-/sign_in", { ...right, return_to: ["/", "/-/user_settings/profile"] });
    expect([answer.status, answer.location]).toEqual([303, "/"]);
  });
});

describe("a pair that does not sign in", () => {
  it("is told the same, whatever is wrong with it", async () => {
    const { service, people, project } = stage;
    const robot = await createProjectAccessToken(service, project.id);
    const bot: string = (await robot.client.get("/user")).body.username;
    const personal = await createPersonalAccessToken(service, people.maintainer.id, ["api"]);
    const pairs: Record<string, { username: string; password: string }> = {
      "no such user": { username: "nobody", password: right.password },
      "another's password": { ...right, password: people.guest.password },
      "a blocked user": people.blocked,
      "a bot with its token": { username: bot, password: robot.secret },
      "the ghost": { username: "ghost", password: right.password },
      "a personal access token": { ...right, password: personal },
      "an e-mail address": { username: "maintainer@example.com", password: right.password },
      "NUL in the name": { username: "maintainer\0", password: right.password },
    };
    let place = 0;
    const told = new Set<string>();
    for (const [name, { username, password }] of Object.entries(pairs)) {
      place += 1;
      const client = newClient();
      const { status, html, headers } = await signInFrom(`198.51.100.${place}`, { username, password }, client);
      expect([name, status, headers["set-cookie"]]).toEqual([name, 422, undefined]);
      expect(formOf(html, "/-/sign_in")).toEqual({ username, password: "" });
      expect(html).not.toContain(password);
      told.add(html.replaceAll(/value="[^"]*"/g, ""));
      expect(await isSignedIn(client)).toBe(false);
    }
    expect(told.size).toBe(1);
    expect([...told][0]).toContain("Wrong username or password.");
  });

  it("leaves the session that the browser has", async () => {
    const client = await stage.clientOf("guest");
    await signInFrom("198.51.100.100", { ...right, password: "wrong" }, client);
    expect(await isSignedIn(client)).toBe(true);
  });

  it.each([
    [{ password: "x" }, "username"],
    [{ username: "maintainer" }, "password"],
    [{ username: "x".repeat(256), password: "x" }, "username"],
    [{ username: "maintainer", password: "x".repeat(129) }, "password"],
  ])("and is none at all is told so at its field: %o", async (fields, field) => {
    const { status, html } = await newClient().post("/-/sign_in", fields);
    expect(status).toBe(422);
    expect(html).toContain(`<a href="#${field}">`);
    expect(html).toMatch(
      new RegExp(`<input id="${field}"[^>]* aria-invalid="true" aria-describedby="${field}-problem"`),
    );
  });
});

describe("too many wrong pairs from one address", () => {
  it("are answered 429 with Retry-After, in the form, which keeps what was typed but the password", async () => {
    const attempt = (index: number) => signInFrom("203.0.113.1", { ...right, password: `guess ${index}` });
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) expect((await attempt(index)).status).toBe(422);
    stage.service.clock.advance({ seconds: 100 });
    const fields = { ...right, return_to: "/-/user_settings/profile" };
    const { status, headers, html } = await signInFrom("203.0.113.1", fields);
    expect([status, headers["retry-after"]]).toEqual([429, String(FAILURE_WINDOW_SECONDS - 100)]);
    expect(formOf(html, "/-/sign_in")).toEqual({ ...fields, password: "" });
    expect(html).toContain('role="alert"');
    expect((await signInFrom("203.0.113.2", right)).status).toBe(303);
    stage.service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
    expect((await signInFrom("203.0.113.1", right)).status).toBe(303);
  });
});

describe("signing out", () => {
  it("ends the session for whoever has its cookie, and has the browser forget what it kept", async () => {
    const client = await stage.clientOf("maintainer");
    const stolen = client.copy();
    const answer = await client.post("/-/sign_out");
    expect([answer.status, answer.location]).toEqual([303, "/-/sign_in"]);
    expect(answer.headers["clear-site-data"]).toBe('"cache", "storage"');
    expect(client.cookie("keyside")).toBeUndefined();
    expect(await isSignedIn(stolen)).toBe(false);
  });

  it("is said once, on the page that follows", async () => {
    const client = await stage.clientOf("maintainer");
    await client.post("/-/sign_out");
    expect((await client.get("/-/sign_in")).html).toContain("You are signed out.");
    expect((await client.get("/-/sign_in")).html).not.toContain("You are signed out.");
  });

  it("leaves the sessions of other browsers", async () => {
    const [here, there] = [await stage.clientOf("maintainer"), await stage.clientOf("maintainer")];
    await here.post("/-/sign_out");
    expect(await isSignedIn(there)).toBe(true);
  });
});

describe("a cookie that is no session's", () => {
  it.each([["x"], ["x".repeat(43)], ["x".repeat(5000)], ["%00"], ["'--"]])("is nobody's: %j", async (value) => {
    const client = newClient();
    client.setCookie("keyside", value);
    const { status, location } = await client.get("/");
    expect([status, location]).toEqual([303, "/-/sign_in?return_to=%2F"]);
  });

  it("is nobody's where a letter of a good one is changed", async () => {
    const client = await stage.clientOf("maintainer");
    const secret = client.cookie("keyside") ?? "";
    client.setCookie("keyside", `${secret.slice(0, -1)}${secret.endsWith("x") ? "y" : "x"}`);
    expect(await isSignedIn(client)).toBe(false);
  });
});
